// One line of the Passive DNS Common Output Format -> [CofParser] -> a row, or what is wrong with
// the line.
//
// COF is draft-dulaunoy-dnsop-passive-dns-cof-13: pdns-query --json and pdns-admin export write it
// (schema/rows.md), `dnsdbq -j` does, and other passive DNS databases do. Read are: rrname, rrtype,
// rdata (a text, or a list of texts with the same times and count), time_first, time_last (else
// zone_time_first, zone_time_last), count, bailiwick; of pdns's own, which nobody else writes:
// rdata_wire, sensor_id, days, reason. All other members are passed over, whatever they hold.
//
// Foreign bytes. A line has at most kLongestLine bytes (source/line_reader.h), kMostValues JSON
// values and kMostRdata rdata, which are more than one DNS message holds. A row with several rdata
// says no days, and one with several runs of days has at most kMostDayBytes of owner and rdata for
// all of them together: each run is an entry of its own in memory. Such a parser takes some 10 MiB
// at most, and what a row adds to a window is at most some 40 MiB.
//
// Values; one thread at a time, each with a parser of its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/bailiwick.h"
#include "record/history.h"
#include "record/name.h"
#include "record/rrtype.h"

namespace pdns::source {

struct CofRow {
  record::Name owner;
  record::RrType type{};
  std::vector<std::string> rdata;  // canonical, the first `rdata_count` of them; the rest is room
  std::size_t rdata_count = 0;
  std::size_t rdata_refused = 0;  // further ones, which are no rdata of that type
  std::string refused;            // the first of those, as it stood there, cut
  std::uint64_t time_first = 0;   // seconds since 1970; 0 where the line has none
  std::uint64_t time_last = 0;
  std::uint64_t count = 1;  // 1 to record::kMaxCount
  record::Bailiwick bailiwick;
  std::uint8_t reasons = record::kTrusted;
  std::optional<std::string> sensor_id;  // as it stood there
  // The days on which it was seen, from first to last: in order, a day between two of them at
  // least. Where the line does not say, those of time_first and time_last: nothing is known of the
  // days between.
  std::vector<record::DayRun> days;
};

class CofParser {
 public:
  static constexpr std::size_t kMostValues = 50'000;
  static constexpr std::size_t kMostRdata = 8192;
  static constexpr std::size_t kMostDayBytes = std::size_t{32} << 20;

  CofParser();
  ~CofParser();
  CofParser(const CofParser&) = delete;
  CofParser& operator=(const CofParser&) = delete;

  // Null: the line is no row; why() says why, printable and short. Else good until the next call.
  const CofRow* Parse(std::string_view line);
  const std::string& why() const { return why_; }

 private:
  class Fields;

  bool ReadJson(std::string_view line);
  bool ReadFields(std::string_view line);
  bool ReadOwnerAndType();
  bool ReadBailiwick();
  bool ReadTimes();
  bool ReadDays();
  bool ReadReason();
  bool ReadRdata();
  bool FitsDays();
  void AddRdata(std::optional<std::string> canonical, std::string_view text);
  bool Refuse(std::string why);

  std::unique_ptr<Fields> fields_;
  CofRow row_;
  std::string why_;
};

}  // namespace pdns::source
