// What a reference pair is made of, by name.
import { api, must, type Component, type Device, type Sensor } from "../../api/client";

export interface Side {
  component: Component;
  device: Device;
  sensors: Sensor[];
}

const MOST_SENSORS = 200;

/** Null for a component that is gone. */
export async function sideOf(componentId: string): Promise<Side | null> {
  const { data: component } = await api.GET("/api/v1/components/{componentId}", { params: { path: { componentId } } });
  if (!component) return null;
  const query = { componentId, limit: MOST_SENSORS, sort: "key" as const };
  const [device, sensors] = await Promise.all([
    must(api.GET("/api/v1/devices/{deviceId}", { params: { path: { deviceId: component.deviceId } } })),
    must(api.GET("/api/v1/sensors", { params: { query } })),
  ]);
  return { component, device, sensors: sensors.items };
}

export const sideName = (side: Side | null | undefined) => (side ? `${side.component.name} of ${side.device.name}` : "a component that is gone");

/** Sensors that can be compared: numbers with the same key on both. */
export function sharedFields(primary: Side, reference: Side): Sensor[] {
  const isNumber = (each: Sensor) => each.valueType === "DOUBLE" || each.valueType === "BIGINT";
  const keys = new Set(reference.sensors.filter(isNumber).map((each) => each.key));
  return primary.sensors.filter((each) => isNumber(each) && keys.has(each.key));
}
