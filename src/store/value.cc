#include "store/value.h"

#include <array>
#include <cassert>
#include <chrono>
#include <limits>

namespace pdns::store {
namespace {

using record::DayForm;
using record::DayRun;
using record::History;
using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

// The byte behind the count. Nearly every row has nothing behind it.
enum Shape : unsigned {
  kDayForm = 0x03,    // of record::DayForm
  kReasons = 0x04,    // reasons follow
  kSensors = 0x08,    // a set of sensors follows: not only the first
  kBailiwick = 0xf0,  // the rank of the bailiwick, or kRankBehind
};
constexpr unsigned kBailiwickShift = 4;
constexpr unsigned kRankBehind = 15;  // it is this or more, and follows

unsigned ShapeOf(const History& history) {
  auto shape = static_cast<unsigned>(history.days);
  if (history.reasons != record::kTrusted) shape |= kReasons;
  if (history.sensors != record::SensorBit(0)) shape |= kSensors;
  const unsigned rank = history.bailiwick.rank();
  return shape | (rank < kRankBehind ? rank : kRankBehind) << kBailiwickShift;
}

// Lengths in days of the runs and of the gaps between them, in turn, each less one; not of the last
// run, which ends at last-seen.
void AppendRuns(std::string& out, const std::vector<DayRun>& runs) {
  AppendVarint(out, runs.size() - 2);
  for (std::size_t i = 0; i + 1 < runs.size(); ++i) {
    AppendVarint(out, static_cast<std::uint64_t>((runs[i].last - runs[i].first).count()));
    AppendVarint(out, static_cast<std::uint64_t>((runs[i + 1].first - runs[i].last).count()) - 2);
  }
}

// How many days behind `from`; fails the cursor where that is beyond `last`.
sys_days ReadDay(Cursor& cursor, sys_days from, sys_days last) {
  const std::uint64_t behind = cursor.Varint();
  if (from > last || behind > static_cast<std::uint64_t>((last - from).count())) cursor.Fail();
  return cursor.ok() ? from + days(behind) : from;
}

void ReadRuns(Cursor& cursor, History& history) {
  const sys_days last = record::DayOf(history.last);
  sys_days first = record::DayOf(history.first);
  const std::uint64_t between = cursor.Varint();
  // Two bytes a run at least: no room is made for what is not there.
  if (between >= cursor.left() / 2) return cursor.Fail();
  for (std::uint64_t i = 0; i <= between && cursor.ok(); ++i) {
    const sys_days end = ReadDay(cursor, first, last);
    history.runs.push_back({first, end});
    first = ReadDay(cursor, end + days(2), last);
  }
  history.runs.push_back({first, last});
}

// Of several forms that say the same days only one is written.
bool IsLeastForm(const History& history) {
  const auto span = record::DayOf(history.last) - record::DayOf(history.first);
  if (history.days == DayForm::kEvery) return true;
  if (history.days == DayForm::kEnds) return span >= days(2);
  const auto& runs = history.runs;
  return runs.size() > 2 || runs[0].first != runs[0].last || runs[1].first != runs[1].last;
}

void ReadShaped(Cursor& cursor, History& history) {
  const unsigned shape = cursor.U8();
  std::uint64_t rank = (shape & kBailiwick) >> kBailiwickShift;
  if (rank == kRankBehind) {
    rank = cursor.Varint();
    if (rank < kRankBehind) cursor.Fail();
  }
  const auto bailiwick = record::Bailiwick::OfRank(rank);
  const std::uint64_t reasons = (shape & kReasons) != 0 ? cursor.Varint() : 0;
  const bool no_reason = (shape & kReasons) != 0 && reasons == 0;
  history.sensors = (shape & kSensors) != 0 ? cursor.Varint() : record::SensorBit(0);
  const bool first_only = (shape & kSensors) != 0 && history.sensors == record::SensorBit(0);
  if (!bailiwick.has_value() || no_reason || first_only || history.sensors == 0 ||
      history.sensors > record::kAllSensors || reasons > std::numeric_limits<std::uint8_t>::max() ||
      (shape & kDayForm) > static_cast<unsigned>(DayForm::kRuns)) {
    return cursor.Fail();
  }
  history.bailiwick = *bailiwick;
  history.reasons = static_cast<std::uint8_t>(reasons);
  history.days = static_cast<DayForm>(shape & kDayForm);
  if (history.days == DayForm::kRuns) ReadRuns(cursor, history);
  if (cursor.ok() && !IsLeastForm(history)) cursor.Fail();
}

}  // namespace

void AppendValue(std::string& out, const History& history, Bytes rdata) {
  assert(history.count <= record::kMaxCount && history.sensors != 0);
  constexpr std::size_t kFields = 6;
  std::array<char, kFields * kMaxVarint> bytes;
  const auto first = history.first.time_since_epoch();
  char* end = WriteVarint(bytes.data(), static_cast<std::uint64_t>(first.count()));
  end = WriteVarint(end, static_cast<std::uint64_t>((history.last - history.first).count()));
  end = WriteVarint(end, history.count);
  const unsigned shape = ShapeOf(history);
  *end++ = static_cast<char>(shape);
  if ((shape & kBailiwick) == kBailiwick) end = WriteVarint(end, history.bailiwick.rank());
  if ((shape & kReasons) != 0) end = WriteVarint(end, history.reasons);
  if ((shape & kSensors) != 0) end = WriteVarint(end, history.sensors);
  out.append(bytes.data(), end);
  if (history.days == DayForm::kRuns) AppendRuns(out, history.runs);
  AppendBytes(out, rdata);
}

std::optional<Value> DecodeValue(Bytes bytes) {
  Cursor cursor(bytes);
  const std::uint64_t first = cursor.Varint();
  const std::uint64_t span = cursor.Varint();
  std::optional<Value> value(std::in_place);
  History& history = value->history;
  history.count = cursor.Varint();
  if (!cursor.ok() || first > kMaxSeconds || span > kMaxSeconds - first ||
      history.count > record::kMaxCount) {
    return std::nullopt;
  }
  history.first = sys_seconds(seconds(first));
  history.last = sys_seconds(seconds(first + span));
  ReadShaped(cursor, history);
  if (!cursor.ok()) return std::nullopt;
  value->rdata = cursor.Read(cursor.left());
  return value;
}

bool MergeValues(Bytes a, Bytes b, std::string& merged) {
  auto one = DecodeValue(a);
  const auto other = DecodeValue(b);
  if (!one.has_value() || !other.has_value()) return false;
  const bool differ =
      !one->rdata.empty() && !other->rdata.empty() && AsText(one->rdata) != AsText(other->rdata);
  if (differ) return false;
  record::Merge(one->history, other->history);
  AppendValue(merged, one->history, one->rdata.empty() ? other->rdata : one->rdata);
  return true;
}

}  // namespace pdns::store
