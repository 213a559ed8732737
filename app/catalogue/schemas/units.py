"""Unit symbols and DTDL's units (QuantitativeTypes extension, version 1), both ways."""

from __future__ import annotations

# DTDL's semantic type → its units, each with our symbol. A unit of several types is under the one that says least.
_UNITS: dict[str, dict[str, str]] = {
    "Acceleration": {"metrePerSecondSquared": "m/s²", "gForce": "g₀"},
    "Angle": {"degreeOfArc": "°", "radian": "rad", "turn": "turn"},
    "AngularVelocity": {"revolutionPerMinute": "rpm", "radianPerSecond": "rad/s", "degreePerSecond": "°/s"},
    "ApparentEnergy": {"voltAmpereHour": "VAh", "kilovoltAmpereHour": "kVAh", "megavoltAmpereHour": "MVAh"},
    "ApparentPower": {"voltAmpere": "VA", "kilovoltAmpere": "kVA", "megavoltAmpere": "MVA"},
    "Area": {"squareMetre": "m²", "squareCentimetre": "cm²", "squareMillimetre": "mm²", "hectare": "ha"},
    "Capacitance": {"farad": "F", "microfarad": "µF", "nanofarad": "nF", "picofarad": "pF"},
    "Concentration": {"partsPerMillion": "ppm", "partsPerBillion": "ppb", "partsPerTrillion": "ppt"},
    "Current": {"ampere": "A", "milliampere": "mA", "microampere": "µA", "kiloampere": "kA"},
    "DataRate": {"bitPerSecond": "bit/s", "bytePerSecond": "B/s", "kibibytePerSecond": "KiB/s"},
    "DataSize": {"bit": "bit", "byte": "B", "kibibyte": "KiB", "mebibyte": "MiB", "gibibyte": "GiB"},
    "Density": {
        "microgramPerCubicMetre": "µg/m³",
        "milligramPerCubicMetre": "mg/m³",
        "gramPerCubicMetre": "g/m³",
        "kilogramPerCubicMetre": "kg/m³",
    },
    "ElectricCharge": {"coulomb": "C", "ampereHour": "Ah", "milliampereHour": "mAh"},
    "Energy": {
        "wattHour": "Wh",
        "kilowattHour": "kWh",
        "megawattHour": "MWh",
        "gigawattHour": "GWh",
        "joule": "J",
        "kilojoule": "kJ",
        "megajoule": "MJ",
        "gigajoule": "GJ",
        "britishThermalUnit": "BTU",
    },
    "Force": {"newton": "N", "pound": "lbf"},
    "Frequency": {"hertz": "Hz", "kilohertz": "kHz", "megahertz": "MHz", "gigahertz": "GHz"},
    "Illuminance": {"lux": "lx", "footcandle": "fc"},
    "Inductance": {"henry": "H", "millihenry": "mH", "microhenry": "µH"},
    "IonizingRadiationDose": {"sievert": "Sv", "millisievert": "mSv", "microsievert": "µSv", "gray": "Gy"},
    "Irradiance": {"wattPerSquareMetre": "W/m²"},
    "Length": {
        "metre": "m",
        "centimetre": "cm",
        "millimetre": "mm",
        "micrometre": "µm",
        "kilometre": "km",
        "inch": "in",
        "foot": "ft",
        "mile": "mi",
    },
    "Luminance": {"candelaPerSquareMetre": "cd/m²"},
    "LuminousFlux": {"lumen": "lm"},
    "LuminousIntensity": {"candela": "cd"},
    "MagneticFlux": {"weber": "Wb"},
    "MagneticInduction": {"tesla": "T", "gauss": "G"},
    "Mass": {"kilogram": "kg", "gram": "g", "milligram": "mg", "microgram": "µg", "tonne": "t"},
    "MassFlowRate": {"kilogramPerSecond": "kg/s", "kilogramPerHour": "kg/h", "gramPerSecond": "g/s"},
    "Power": {
        "watt": "W",
        "milliwatt": "mW",
        "kilowatt": "kW",
        "megawatt": "MW",
        "gigawatt": "GW",
        "horsepower": "hp",
        "britishThermalUnitPerHour": "BTU/h",
    },
    "Pressure": {
        "pascal": "Pa",
        "hectopascal": "hPa",
        "kilopascal": "kPa",
        "bar": "bar",
        "millibar": "mbar",
        "poundPerSquareInch": "psi",
        "millimetresOfMercury": "mmHg",
        "inchesOfMercury": "inHg",
    },
    "Radioactivity": {"becquerel": "Bq", "kilobecquerel": "kBq", "megabecquerel": "MBq"},
    "ReactiveEnergy": {
        "voltAmpereReactiveHour": "varh",
        "kilovoltAmpereReactiveHour": "kvarh",
        "megavoltAmpereReactiveHour": "Mvarh",
    },
    "ReactivePower": {
        "voltAmpereReactive": "var",
        "kilovoltAmpereReactive": "kvar",
        "megavoltAmpereReactive": "Mvar",
    },
    "RelativeHumidity": {"percent": "%"},
    "Resistance": {"ohm": "Ω", "milliohm": "mΩ", "kiloohm": "kΩ", "megaohm": "MΩ"},
    "SoundPressure": {"decibel": "dB", "bel": "Bel"},
    "Temperature": {"degreeCelsius": "°C", "degreeFahrenheit": "°F", "kelvin": "K"},
    "TimeSpan": {
        "second": "s",
        "millisecond": "ms",
        "microsecond": "µs",
        "nanosecond": "ns",
        "minute": "min",
        "hour": "h",
        "day": "d",
        "year": "a",
    },
    "Torque": {"newtonMetre": "N·m"},
    "Velocity": {
        "metrePerSecond": "m/s",
        "kilometrePerHour": "km/h",
        "centimetrePerSecond": "cm/s",
        "knot": "kn",
        "milePerHour": "mph",
    },
    "Voltage": {"volt": "V", "millivolt": "mV", "microvolt": "µV", "kilovolt": "kV"},
    "Volume": {"litre": "L", "millilitre": "mL", "cubicMetre": "m³", "cubicCentimetre": "cm³", "gallon": "gal"},
    "VolumeFlowRate": {
        "litrePerSecond": "L/s",
        "litrePerMinute": "L/min",
        "litrePerHour": "L/h",
        "cubicMetrePerHour": "m³/h",
        "cubicMetrePerSecond": "m³/s",
        "millilitrePerMinute": "mL/min",
    },
}  # fmt: skip

# Of DTDL v3, but unknown to Microsoft's JavaScript parser (1.0.0-beta.2): read, and not written.
_READ_ONLY_TYPES = {
    "ApparentEnergy", "ApparentPower", "Concentration", "IonizingRadiationDose", "Irradiance", "Radioactivity",
    "ReactiveEnergy", "ReactivePower",
}  # fmt: skip
_READ_ONLY_UNITS = {
    "kiloampere", "microgramPerCubicMetre", "milligramPerCubicMetre", "ampereHour", "milliampereHour", "wattHour",
    "megawattHour", "gigawattHour", "britishThermalUnit", "gauss", "britishThermalUnitPerHour", "hectopascal",
    "litrePerMinute", "cubicMetrePerHour", "cubicMetrePerSecond", "millilitrePerMinute",
}  # fmt: skip

_BY_SYMBOL = {
    symbol: (kind, unit)
    for kind, units in _UNITS.items()
    for unit, symbol in units.items()
    if kind not in _READ_ONLY_TYPES and unit not in _READ_ONLY_UNITS
}
_BY_UNIT = {unit: symbol for units in _UNITS.values() for unit, symbol in units.items()}
_BY_UNIT["unity"] = "1"


def dtdl_unit(symbol: str, key: str) -> tuple[str, str] | None:
    """(semantic type, unit) for a symbol; None where DTDL has none that all parsers know, or that is surely meant.

    DTDL has no type for a percentage as such: only one of humidity is told from its field's key.
    """
    if symbol == "%" and "humidity" not in key.lower():
        return None
    return _BY_SYMBOL.get(symbol)


def symbol_of(unit: str) -> str | None:
    """Our symbol for a DTDL unit, by its term or its identifier; None for one that we have no symbol for."""
    return _BY_UNIT.get(unit.rpartition(":")[2].partition(";")[0])
