// The values and the states of a row from a server: any bytes; a history that is read gives the
// same history when it is written as states and read again, whatever the order of its days was.
#include <string>

#include "check.h"
#include "store_clickhouse/states.h"

namespace {

using pdns::record::History;

std::string StatesOf(const History& history) {
  pdns::store_clickhouse::StateColumns columns;
  columns.Append(history);
  return columns.first + columns.last + columns.cnt + columns.zone + columns.reasons +
         columns.sensors + columns.days;
}

void CheckHistory(const History& history) {
  const std::string states = StatesOf(history);
  pdns::Cursor cursor(pdns::AsBytes(states));
  const History again = pdns::store_clickhouse::ReadStates(cursor);
  MUST_HOLD(cursor.AtEnd() && again == history);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const pdns::Bytes bytes(data, size);
  // What a liar's days may grow to is bounded by the answer; here by what a run of the target
  // costs.
  pdns::Cursor values(bytes);
  const History of_values = pdns::store_clickhouse::ReadValues(values);
  if (values.ok()) CheckHistory(of_values);
  pdns::Cursor states(bytes);
  const History of_states = pdns::store_clickhouse::ReadStates(states);
  if (states.ok()) CheckHistory(of_states);
  return 0;
}
