#include "store_clickhouse/states.h"

#include <algorithm>
#include <chrono>
#include <iterator>

#include "store/value.h"
#include "store_clickhouse/little_endian.h"

namespace pdns::store_clickhouse {
namespace {

using record::DayForm;
using record::DayRun;
using record::History;
using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr char kSet = 1;  // before a state of min or max that has a value

std::uint64_t SecondsOf(sys_seconds time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

std::uint32_t NumberOf(sys_days day) {
  return static_cast<std::uint32_t>(day.time_since_epoch().count());
}

void AppendDays(std::string& out, const History& history) {
  const sys_days first = record::DayOf(history.first);
  if (first == record::DayOf(history.last)) {  // nearly all of a batch
    out.push_back(1);
    return AppendLittle(out, NumberOf(first));
  }
  AppendVarint(out, record::CountDays(history));
  for (const DayRun& run : record::RunsOf(history)) {
    for (sys_days day = run.first; day <= run.last; day += days(1))
      AppendLittle(out, NumberOf(day));
  }
}

// In order and each once, whatever was written.
std::vector<std::uint32_t> ReadDays(Cursor& cursor) {
  const std::uint64_t count = cursor.Varint();
  std::vector<std::uint32_t> numbers;
  // No room is made for what is not there.
  if (count > cursor.left() / sizeof(std::uint32_t)) cursor.Fail();
  if (!cursor.ok()) return numbers;
  numbers.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) numbers.push_back(ReadLittle<std::uint32_t>(cursor));
  if (!std::is_sorted(numbers.begin(), numbers.end())) std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

std::vector<DayRun> Runs(const std::vector<std::uint32_t>& numbers) {
  std::vector<DayRun> runs;
  for (const std::uint32_t number : numbers) {
    const sys_days day{days(number)};
    if (!runs.empty() && runs.back().last + days(1) == day) {
      runs.back().last = day;
    } else {
      runs.push_back({day, day});
    }
  }
  return runs;
}

// False: they are not the days of its first-seen and last-seen, and such between them.
bool SetDays(History& history, std::vector<DayRun> runs) {
  if (runs.empty() || runs.front().first != record::DayOf(history.first) ||
      runs.back().last != record::DayOf(history.last)) {
    return false;
  }
  const auto single = [](const DayRun& run) { return run.first == run.last; };
  if (runs.size() == 1) {
    history.days = DayForm::kEvery;
  } else if (runs.size() == 2 && single(runs[0]) && single(runs[1])) {
    history.days = DayForm::kEnds;
  } else {
    history.days = DayForm::kRuns;
    history.runs = std::move(runs);
  }
  return true;
}

struct Numbers {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t count = 0;
  std::uint8_t zone = 0;
  std::uint8_t reasons = 0;
  std::uint64_t sensors = 0;
};

History ReadRest(Cursor& cursor, const Numbers& numbers) {
  History history;
  const auto runs = Runs(ReadDays(cursor));
  const auto bailiwick = record::Bailiwick::OfRank(numbers.zone);
  const bool times = numbers.first <= numbers.last && numbers.last <= store::kMaxSeconds;
  const bool sensors = numbers.sensors != 0 && numbers.sensors <= record::kAllSensors;
  if (!cursor.ok() || !times || !sensors || !bailiwick.has_value()) {
    cursor.Fail();
    return history;
  }
  history.first = sys_seconds(seconds(numbers.first));
  history.last = sys_seconds(seconds(numbers.last));
  history.count = std::min(numbers.count, record::kMaxCount);
  history.bailiwick = *bailiwick;
  history.reasons = numbers.reasons;
  history.sensors = numbers.sensors;
  if (!SetDays(history, runs)) cursor.Fail();
  return history;
}

}  // namespace

void StateColumns::AppendNumbers(std::uint64_t first_value, std::uint64_t last_value,
                                 std::uint64_t count, std::uint8_t reason_bits) {
  first.push_back(kSet);
  AppendLittle(first, first_value);
  last.push_back(kSet);
  AppendLittle(last, last_value);
  AppendLittle(cnt, count);
  zone.push_back(kSet);
  zone.push_back(0);
  reasons.push_back(static_cast<char>(reason_bits));
  AppendLittle(sensors, std::uint64_t{0});
  days.push_back(0);
}

void StateColumns::Append(const History& history) {
  first.push_back(kSet);
  AppendLittle(first, SecondsOf(history.first));
  last.push_back(kSet);
  AppendLittle(last, SecondsOf(history.last));
  AppendLittle(cnt, history.count);
  zone.push_back(kSet);
  zone.push_back(static_cast<char>(history.bailiwick.rank()));
  reasons.push_back(static_cast<char>(history.reasons));
  AppendLittle(sensors, history.sensors);
  AppendDays(days, history);
}

std::size_t StateColumns::size() const {
  return first.size() + last.size() + cnt.size() + zone.size() + reasons.size() + sensors.size() +
         days.size();
}

void StateColumns::Clear() {
  for (std::string* column : {&first, &last, &cnt, &zone, &reasons, &sensors, &days})
    column->clear();
}

History ReadValues(Cursor& cursor) {
  Numbers numbers;
  numbers.first = ReadLittle<std::uint64_t>(cursor);
  numbers.last = ReadLittle<std::uint64_t>(cursor);
  numbers.count = ReadLittle<std::uint64_t>(cursor);
  numbers.zone = cursor.U8();
  numbers.reasons = cursor.U8();
  numbers.sensors = ReadLittle<std::uint64_t>(cursor);
  return ReadRest(cursor, numbers);
}

History ReadStates(Cursor& cursor) {
  const auto expect_set = [&cursor] {
    if (cursor.U8() != kSet) cursor.Fail();
  };
  Numbers numbers;
  expect_set();
  numbers.first = ReadLittle<std::uint64_t>(cursor);
  expect_set();
  numbers.last = ReadLittle<std::uint64_t>(cursor);
  numbers.count = ReadLittle<std::uint64_t>(cursor);
  expect_set();
  numbers.zone = cursor.U8();
  numbers.reasons = cursor.U8();
  numbers.sensors = ReadLittle<std::uint64_t>(cursor);
  return ReadRest(cursor, numbers);
}

}  // namespace pdns::store_clickhouse
