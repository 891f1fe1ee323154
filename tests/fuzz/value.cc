// Values: what is decoded encodes to the same bytes again. Merging is defined for all that decode,
// does not care for order, and gives what decodes.
#include "store/value.h"

#include <string>

#include "check.h"

namespace {

std::string Encoded(const pdns::store::Value& value) {
  std::string bytes;
  pdns::store::AppendValue(bytes, value.history, value.rdata);
  return bytes;
}

void CheckDays(const pdns::record::History& history) {
  const auto runs = pdns::record::RunsOf(history);
  MUST_HOLD(!runs.empty() && runs.front().first == pdns::record::DayOf(history.first) &&
            runs.back().last == pdns::record::DayOf(history.last));
  std::uint64_t days = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    MUST_HOLD(runs[i].first <= runs[i].last);
    MUST_HOLD(i == 0 || runs[i - 1].last + std::chrono::days(1) < runs[i].first);
    days += static_cast<std::uint64_t>((runs[i].last - runs[i].first).count()) + 1;
  }
  MUST_HOLD(days == pdns::record::CountDays(history));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const pdns::Bytes bytes(data, size);
  const auto value = pdns::store::DecodeValue(bytes);
  if (!value.has_value()) return 0;
  MUST_HOLD(Encoded(*value) == pdns::AsText(bytes));
  CheckDays(value->history);
  // The other half of the input, if it is a value as well.
  const pdns::Bytes half = bytes.subspan(size / 2);
  const auto other = pdns::store::DecodeValue(half).value_or(*value);
  std::string there;
  std::string back;
  const std::string b = Encoded(other);
  const bool merged = pdns::store::MergeValues(bytes, pdns::AsBytes(b), there);
  MUST_HOLD(pdns::store::MergeValues(pdns::AsBytes(b), bytes, back) == merged && there == back);
  const bool same = value->rdata.empty() || other.rdata.empty() ||
                    pdns::AsText(value->rdata) == pdns::AsText(other.rdata);
  MUST_HOLD(merged == same);
  if (!merged) return 0;
  const auto again = pdns::store::DecodeValue(pdns::AsBytes(there));
  MUST_HOLD(again.has_value() && Encoded(*again) == there);
  CheckDays(again->history);
  return 0;
}
