"""The embedded MQTT broker: who may connect, who may publish where; PUBACK after commit.

It knows no pipeline and, but for the outbox, no database: who holds a certificate, where a publish
goes and who hears of a session's beginning and end are handed in.

| file              |                                                                       |
|-------------------|-----------------------------------------------------------------------|
| `broker.py`       | the broker as a whole: listen, cut, recheck, drain, close             |
| `gate.py`         | connections as they are accepted: counted, by address and in all      |
| `handshake.py`    | why a TLS handshake failed, and the alert that says so                |
| `admission.py`    | who gets in: from the end of a TLS handshake to the answer to CONNECT |
| `connection.py`   | one device's connection: what it may do, what it says, and its end    |
| `session.py`      | a session as others know it, and why connections end                  |
| `sender.py`       | what one device is sent                                               |
| `downlink.py`     | messages to devices, out of the outbox, until they are acknowledged   |
| `codec.py`        | MQTT 3.1.1 without a socket: what may come when, and what it means    |
| `packets.py`      | one packet: from its bytes, and to them, over amqtt's packet classes  |
| `flow_control.py` | what was delivered and not acknowledged: counted, bounded, waited for |
| `delivery.py`     | what is handed over, and the way to acknowledge it                    |
| `topics.py`       | the contract's topics                                                 |

    gate ─▶ TLS ─▶ admission ─▶ connection ─▶ deliver ─▶ … commit … ─▶ acknowledge ─▶ PUBACK
               └──────────┴─▶ codec ─▶ packets

amqtt is here for its packet classes alone. Its broker asks for no certificate, takes messages that
nobody stores, and knows no limits: tests/ingest/test_stock_broker.py shows each of that.
"""
