// Rows of another passive DNS database, or of this one, as a source: lines of COF -> [ReadCof] ->
// lines with their numbers -> [DecodeCof] -> tuples.
//
// A row is a total, not an event: what was counted until it was written. So the ledger keeps the
// same file from being counted twice, as it does for captures; but two exports of one database at
// two times are two files, and taking both counts what they share twice (docs/operations.md).
//
// A record is a line (source/line_reader.h). The order of the checks: the line is a row
// (malformed.line), it has a time (refused.no_time), which is not ahead of the clock
// (refused.future_time); then each of its rdata: the type is no meta type (record.meta), the rdata
// is of that type (record.malformed). What was seen before 2012 is taken: others looked before us.
//
// An export of pdns ends with a line that tells how many rows it has. If the first row is of such
// an export (it has rdata_wire) and that line is missing or tells another number, the file is cut:
// what it has is taken, and the report says so.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "record/outcome.h"
#include "record/sensors.h"
#include "source/cof_line.h"
#include "source/decoder.h"
#include "source/policy.h"
#include "source/reader.h"

namespace pdns::source {

// Does a stream that begins so look like lines of JSON objects?
bool BeginsCof(std::string_view head);

// The last line of an export of so many rows, with its end.
std::string ExportEnd(std::uint64_t rows);

std::unique_ptr<Reader> ReadCof(std::unique_ptr<frame::Input> input);
std::unique_ptr<Decoder> DecodeCof(const Policy& policy, record::SensorTable& sensors);

inline constexpr auto kCofOutcomes = std::to_array<record::FrameOutcome>(
    {record::FrameOutcome::kUsed, record::FrameOutcome::kMalformedFrame,
     record::FrameOutcome::kMalformedLine, record::FrameOutcome::kNoTime,
     record::FrameOutcome::kFutureTime, record::FrameOutcome::kNotStored});

// One thread at a time.
class CofDecoder final : public Decoder {
 public:
  // `sensors` outlives the decoder.
  CofDecoder(const Policy& policy, record::SensorTable& sensors)
      : policy_(policy), sensors_(sensors) {}

  const Opened* Open(Bytes record, record::Counters& counters) override;
  std::span<const Observation> Decode(const Opened& opened, record::Counters& counters) override;
  std::size_t QuestionNumber(const Opened& opened) const override;
  std::chrono::sys_seconds newest() const override { return newest_; }
  std::vector<Remark> ReleaseRemarks() override;

 private:
  record::FrameOutcome Judge(Bytes record);
  void Note(std::string_view what);
  void Observe(const CofRow& row, record::Counters& counters);
  void AddDays(const CofRow& row, const record::Tuple& tuple, record::Sighting whole);
  record::SensorSet SensorsOf(const CofRow& row);

  Policy policy_;
  record::SensorTable& sensors_;
  Opened opened_;
  CofParser parser_;
  const CofRow* row_ = nullptr;  // of the record that is decoded; null if that is none
  std::uint64_t line_ = 0;
  std::vector<Observation> observations_;
  std::vector<Remark> remarks_;
  std::chrono::sys_seconds newest_;
  std::string
      last_sensor_id_;  // spares the table's lock while rows of one sensor follow each other
  record::SensorSet last_sensors_ = 0;
};

}  // namespace pdns::source
