// Histories: many sightings, folded in any order and any groups, encode to the same bytes. Input:
// six bytes a sighting: the day it begins, its second of the day, days it goes on, what else.
#include <string>
#include <vector>

#include "check.h"
#include "store/value.h"

namespace {

using pdns::record::History;

std::string Encoded(const History& history) {
  std::string bytes;
  pdns::store::AppendValue(bytes, history);
  return bytes;
}

pdns::record::Sighting Read(pdns::Cursor& cursor) {
  using std::chrono::days;
  using std::chrono::seconds;
  pdns::record::Sighting sighting;
  const std::uint8_t day = cursor.U8();
  const std::chrono::sys_days last_day(days(pdns::store::kMaxSeconds / 86400));
  // From one end of time or from the other.
  const auto first = day < 128 ? std::chrono::sys_days(days(day)) : last_day - days(day - 128);
  sighting.first = first + seconds(cursor.U16());
  const auto end = std::min(first + days(cursor.U8() % 8), last_day);
  sighting.last = std::max(sighting.first, end + seconds(cursor.U8()));
  const std::uint8_t what = cursor.U8();
  sighting.count = what;
  sighting.bailiwick = *pdns::record::Bailiwick::OfRank(what / 2U);
  sighting.reasons = what & 3;
  sighting.sensors = pdns::record::SensorBit(what % 63U);
  return sighting;
}

History Folded(const std::vector<History>& histories, std::size_t from, std::size_t to) {
  if (to - from == 1) return histories[from];
  const std::size_t middle = from + 1 + histories.size() % (to - from - 1 == 0 ? 1 : to - from - 1);
  History left = Folded(histories, from, middle);
  pdns::record::Merge(left, Folded(histories, middle, to));
  return left;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMost = 200;
  pdns::Cursor cursor(pdns::Bytes(data, size));
  std::vector<History> histories;
  while (cursor.left() >= 6 && histories.size() < kMost) histories.emplace_back(Read(cursor));
  if (histories.empty()) return 0;
  History there = histories.front();
  for (std::size_t i = 1; i < histories.size(); ++i) pdns::record::Merge(there, histories[i]);
  History back = histories.back();
  for (std::size_t i = histories.size() - 1; i-- > 0;) pdns::record::Merge(back, histories[i]);
  const std::string bytes = Encoded(there);
  MUST_HOLD(Encoded(back) == bytes);
  MUST_HOLD(Encoded(Folded(histories, 0, histories.size())) == bytes);
  const auto value = pdns::store::DecodeValue(pdns::AsBytes(bytes));
  MUST_HOLD(value.has_value() && value->history == there);
  return 0;
}
