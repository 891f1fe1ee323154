#include "store/database.h"

namespace pdns::store {

Scanned Snapshot::ScanEach(const SelectionAt& at, const EachRowSink& sink, const Watch& watch) {
  Scanned all;
  const auto watch_all = [&](std::uint64_t keys) { return !watch || watch(all.keys + keys); };
  bool ended = false;
  for (std::size_t number = 0; !ended && !all.stopped && all.status.ok(); ++number) {
    const Selection* selection = at(number);
    if (selection == nullptr) break;
    const auto each = [&](const Row& row) {
      ended = !sink(number, selection->side, row);
      return !ended;
    };
    Scanned one = Scan(*selection, each, watch_all);
    all.keys += one.keys;
    all.stopped = one.stopped;
    all.status = std::move(one.status);
    const bool tell = (number + 1) % kKeysPerWatch == 0 && !ended && !all.stopped;
    if (tell) all.stopped = !watch_all(0);
  }
  return all;
}

Scanned Snapshot::ScanLedger(const LedgerSink& /*sink*/, const Watch& /*watch*/) {
  Scanned none;
  none.status = Status::Usage("the ledger of such a database cannot be listed");
  return none;
}

Result<Sha256Digest> Snapshot::Identity() {
  return Status::Usage("such a database cannot be told from others");
}

}  // namespace pdns::store
