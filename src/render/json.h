// Rows for programs: Hit -> [JsonLines] -> one JSON object a line, in the Passive DNS Common Output
// Format (draft-dulaunoy-dnsop-passive-dns-cof): rrname, rrtype, rdata, time_first, time_last,
// count, bailiwick and sensor_id where they are known; on request days_active and days, rdata_wire,
// reason, seq, time_committed and new, asked and line, path (schema/rows.md).
#pragma once

#include <utility>

#include "json/writer.h"
#include "render/writer.h"

namespace pdns::render {

// One thread at a time.
class JsonLines final : public Writer {
 public:
  JsonLines(Look look, TextSink write) : Writer(std::move(look), std::move(write)) {}

  void Add(const query::Hit& hit) override;
  void Finish() override {}

  void Hits(const query::KnownList& hits) override;
  void Summary(const query::Summary& summary) override;
  void Statistics(const record::Statistics& statistics, bool complete) override;

 private:
  void WriteLine();

  json::Writer json_;  // one for all rows: its memory is needed again for the next
};

}  // namespace pdns::render
