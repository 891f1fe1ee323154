#include "source/cof.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/hash.h"
#include "source/clock.h"
#include "source/line_reader.h"

namespace pdns::source {

using record::FrameOutcome;
using record::RecordOutcome;

namespace {

constexpr std::string_view kExportEnd = "{\"export_rows\":";
constexpr std::string_view kOfExport = "\"rdata_wire\":";

class CofReader final : public LineReader {
 public:
  using LineReader::LineReader;

 private:
  bool IsRecord(std::string_view line) override {
    if (line.empty()) return false;
    if (line.starts_with(kExportEnd)) {
      NoteEnd(line.substr(kExportEnd.size()));
      return false;
    }
    // Of a later export in the same file, one behind the other, too.
    if (rows_++ == 0) is_export_ = line.find(kOfExport) != std::string_view::npos;
    return true;
  }

  std::string Missing() const override {
    if (!wrong_.empty()) return wrong_;
    if (rows_ == 0 || !is_export_) return {};
    return "the line that ends an export is missing: it was cut after a row";
  }

  void NoteEnd(std::string_view digits) {
    std::uint64_t rows = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), rows);
    const bool number = error == std::errc() && stop != digits.data();
    if (wrong_.empty() && (!number || rows != rows_)) {
      wrong_ =
          fmt::format("an export of {} rows has {}", number ? std::to_string(rows) : "?", rows_);
    }
    rows_ = 0;
    is_export_ = false;
  }

  std::uint64_t rows_ = 0;  // since the last end
  bool is_export_ = false;
  std::string wrong_;
};

}  // namespace

bool BeginsCof(std::string_view head) {
  const std::size_t at = head.find_first_not_of(" \t\r\n");
  return at != std::string_view::npos && head.substr(at).starts_with("{\"");
}

std::string ExportEnd(std::uint64_t rows) { return fmt::format("{}{}}}\n", kExportEnd, rows); }

std::unique_ptr<Reader> ReadCof(std::unique_ptr<frame::Input> input) {
  return std::make_unique<CofReader>(std::move(input));
}

std::unique_ptr<Decoder> DecodeCof(const Policy& policy, record::SensorTable& sensors) {
  return std::make_unique<CofDecoder>(policy, sensors);
}

const Opened* CofDecoder::Open(Bytes record, record::Counters& /*counters*/) {
  opened_ = {record, std::nullopt, std::nullopt, 0};
  return &opened_;
}

std::span<const Observation> CofDecoder::Decode(const Opened& opened, record::Counters& counters) {
  observations_.clear();
  const FrameOutcome outcome = Judge(opened.body.value_or(Bytes()));
  counters.Count(outcome);
  if (outcome == FrameOutcome::kUsed) Observe(*row_, counters);
  return observations_;
}

FrameOutcome CofDecoder::Judge(Bytes record) {
  const auto line = SplitLine(record);
  line_ = line.has_value() ? line->number : 0;
  if (!line.has_value() || line->text.size() > kLongestLine) {
    Note(fmt::format("longer than {} bytes", kLongestLine));
    return FrameOutcome::kMalformedLine;
  }
  row_ = parser_.Parse(line->text);
  if (row_ == nullptr) {
    Note(parser_.why());
    return FrameOutcome::kMalformedLine;
  }
  if (row_->time_first == 0) {
    Note("no time_first");
    return FrameOutcome::kNoTime;
  }
  if (JudgeTime(row_->time_last, policy_.now()) == FrameOutcome::kFutureTime) {
    Note("time_last is more than a day ahead of the clock");
    return FrameOutcome::kFutureTime;
  }
  return FrameOutcome::kUsed;
}

void CofDecoder::Note(std::string_view what) {
  if (remarks_.size() < kMostRemarks) remarks_.push_back({line_, std::string(what)});
}

std::vector<Remark> CofDecoder::ReleaseRemarks() { return std::exchange(remarks_, {}); }

void CofDecoder::Observe(const CofRow& row, record::Counters& counters) {
  const std::uint64_t all = row.rdata_count + row.rdata_refused;
  if (record::IsMeta(row.type)) {
    counters.record[static_cast<std::size_t>(RecordOutcome::kMeta)] += all;
    return Note("rrtype is none that a record has");
  }
  if (row.rdata_refused > 0) {
    counters.record[static_cast<std::size_t>(RecordOutcome::kMalformed)] += row.rdata_refused;
    Note("rdata cannot be read as its type: " + row.refused);
  }
  const bool doubtful = row.reasons != record::kTrusted;
  const bool quarantined = doubtful && policy_.untrusted != Untrusted::kStore;
  RecordOutcome outcome = RecordOutcome::kStored;
  if (quarantined) {
    const bool off_chain = (row.reasons & record::kOffChain) != 0;
    outcome = off_chain ? RecordOutcome::kOffChain : RecordOutcome::kOutOfBailiwick;
  }
  counters.record[static_cast<std::size_t>(outcome)] += row.rdata_count;
  if (quarantined && policy_.untrusted == Untrusted::kDrop) return;
  const auto at = [](std::uint64_t s) { return std::chrono::sys_seconds(std::chrono::seconds(s)); };
  const record::Sighting whole{at(row.time_first),
                               at(row.time_last),
                               row.count,
                               row.bailiwick,
                               quarantined ? row.reasons : std::uint8_t{record::kTrusted},
                               SensorsOf(row)};
  newest_ = std::max(newest_, whole.last);
  for (std::size_t i = 0; i < row.rdata_count; ++i)
    AddDays(row, {row.owner.wire(), row.type, AsBytes(row.rdata[i])}, whole);
}

void CofDecoder::AddDays(const CofRow& row, const record::Tuple& tuple, record::Sighting whole) {
  for (const record::DayRun& run : row.days)
    observations_.push_back({tuple, PartOf(whole, run, &run == row.days.data())});
}

record::SensorSet CofDecoder::SensorsOf(const CofRow& row) {
  const std::string_view all = row.sensor_id.has_value() ? *row.sensor_id : std::string_view();
  if (last_sensors_ != 0 && all == last_sensor_id_) return last_sensors_;
  last_sensors_ = 0;
  std::string_view rest = all;
  for (bool more = true; more;) {
    const std::size_t comma = rest.find(',');
    const std::string_view one = rest.substr(0, comma);
    more = comma != std::string_view::npos;
    rest.remove_prefix(more ? comma + 1 : rest.size());
    // The last element alone may be all those that have no number of their own.
    const bool others = !more && one == record::kOtherSensorsName;
    last_sensors_ |= others ? record::SensorBit(record::kOtherSensors)
                            : sensors_.BitOf(record::SensorFromText(one));
  }
  last_sensor_id_ = all;
  return last_sensors_;
}

// Rows of one owner to one worker: they begin alike.
std::size_t CofDecoder::QuestionNumber(const Opened& opened) const {
  constexpr std::size_t kBeginning = 48;  // of the record: a number, a key, some of the owner
  constexpr std::size_t kNumber = sizeof(std::uint64_t);
  const Bytes record = opened.body.value_or(Bytes());
  if (record.size() <= kNumber) return 0;
  const Bytes line = record.subspan(kNumber);
  return static_cast<std::size_t>(Hash64(line.first(std::min(line.size(), kBeginning)), 0));
}

}  // namespace pdns::source
