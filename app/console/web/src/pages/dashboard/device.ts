// A dashboard of all that one device measures.
import { api, must, type Device } from "../../api/client";
import { newWidget, proposedType, sensorsOf } from "./choices";
import { COLUMNS } from "./layout";

const BESIDE = 2; // as many widgets stand side by side
const MOST = 12;

/** Makes it; its id. Throws a Failure. */
export async function makeDashboardOf(device: Device): Promise<string> {
  const measured = (await sensorsOf(device.id)).slice(0, MOST);
  const widgets = measured.map((each, place) => {
    const widget = newWidget(proposedType(each.valueType), each);
    const [column, row] = [place % BESIDE, Math.floor(place / BESIDE)];
    return { ...widget, id: `w${place + 1}`, width: COLUMNS / BESIDE, x: column * (COLUMNS / BESIDE), y: row * widget.height };
  });
  const body = { name: device.name, description: `What ${device.name} measures`, widgets };
  return (await must(api.POST("/api/v1/dashboards", { body }))).id;
}
