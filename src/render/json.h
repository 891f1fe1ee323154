// Rows for programs: Hit -> [JsonLines] -> one JSON object a line, in the Passive DNS Common Output
// Format (draft-dulaunoy-dnsop-passive-dns-cof): rrname, rrtype, rdata, time_first, time_last,
// count, bailiwick and sensor_id where they are known; on request days_active and days, rdata_wire,
// reason, seq, time_committed and new, asked and line, path (schema/rows.md).
#pragma once

#include <string>
#include <utility>

#include "render/format.h"

namespace pdns::render {

// Without a newline.
std::string HitToJson(const query::Hit& hit, const FormatOptions& options);

class JsonLines final : public Format {
 public:
  JsonLines(FormatOptions options, TextSink write)
      : options_(std::move(options)), write_(std::move(write)) {}

  void Add(const query::Hit& hit) override { write_(HitToJson(hit, options_) + "\n"); }
  void Finish() override {}

 private:
  FormatOptions options_;
  TextSink write_;
};

}  // namespace pdns::render
