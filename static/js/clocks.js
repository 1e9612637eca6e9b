// Moments in the time of whoever looks. Without scripts, pages say them in UTC, and that they do.
const FORM = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export function clocks(place) {
  for (const time of place.querySelectorAll("time[data-clock]")) {
    const parts = Object.fromEntries(FORM.formatToParts(new Date(time.dateTime)).map(({ type, value }) => [type, value]));
    time.textContent = `${parts.day} ${parts.month}, ${parts.hour}:${parts.minute}`;
  }
}
