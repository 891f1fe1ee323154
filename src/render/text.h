// Fields of a row as text, the same in every format: Hit -> [...Text] -> 7-bit text without control
// characters.
//
// Functions: any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "query/hit.h"

namespace pdns::render {

// "2026-11-22T18:41:16Z"; local: "2026-11-22T19:41:16+01:00".
std::string TimeText(std::chrono::sys_seconds time, bool local = false);

// "off_chain", "out_of_bailiwick", or both, joined by a comma.
std::string ReasonText(std::uint8_t reasons);

// The zone a row was accepted under; "" where it is not known.
std::string BailiwickText(const query::Hit& hit);

// The sensors that saw a row, joined by commas: "ns1,ns2". `names` is store::Snapshot::sensors(),
// by number. Sorted by name, since numbers depend on who came first: databases that took the same
// in another order answer the same. Those without a number come last. "" where nobody named one:
// the only sensor has no name, or `names` is empty. Beside others a sensor without a name is an
// empty element.
std::string SensorsText(record::SensorSet sensors, const std::vector<std::string>& names);

// "2026-11-22".
std::string DayText(std::chrono::sys_days day);

// The UTC days on which a row was seen, all of them: "2026-11-22/2026-11-24 2026-11-30".
std::string DaysText(const record::History& history);

// The same for a glance, at most 40 characters: "4: 11-22..11-24, 11-30", ", ..." where there are
// more. A year stands where it is not that of the day before, or of first-seen.
std::string DaysBrief(const record::History& history);

// What is new about a row of the journal: "rrname", "rdata".
std::string_view NewText(store::NewKind kind);

// Hit::new_mark as fields: its number in the journal, when it was committed, what is new; three
// times
// "" where there is none.
std::array<std::string, 3> FreshTexts(const query::Hit& hit, bool local);

// What was asked, printable; "" where only one thing was.
std::string AskedText(const query::Hit& hit);

// "blah.org. > 205.150.150.140", printable.
std::string PathText(const query::Hit& hit);

}  // namespace pdns::render
