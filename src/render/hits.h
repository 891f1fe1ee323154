// Indicators and whether the database knows them, as a table for a person; as a list of fields, and
// as JSON. Of Writer::Hits.
#pragma once

#include <string>
#include <vector>

#include "json/writer.h"
#include "query/summary.h"
#include "render/writer.h"

namespace pdns::render {

// Each in the order given. Functions: any thread.
void WriteHitsTable(const query::KnownList& hits, bool local, const TextSink& write);

// asked, line, hit, rows, time_first, time_last: the heading, and the fields of one.
std::vector<std::string> HitHeading();
std::vector<std::string> HitFields(const query::KnownIndicator& hit, bool local);

// One object, and the end of its line: {"asked":..,"line":..,"hit":true,"rows":..,"time_first":..,
// "time_last":..}, without times where there is no hit.
void AppendHit(json::Writer& json, const query::KnownIndicator& hit);

}  // namespace pdns::render
