#include "store_rocks/read/ledger_scan.h"

#include <string>

#include "store/meta_rows.h"

namespace pdns::store_rocks {

store::Scanned ScanLedger(Walker& walker, const store::Snapshot::LedgerSink& sink,
                          const store::Watch& watch) {
  using Next = Walker::Next;
  store::Scanned scanned;
  Status damage;
  const auto each = [&](Bytes key, Bytes value, std::string&) {
    const auto id = store::DecodeLedgerKey(AsText(key));
    const auto position = store::DecodeLedgerValue(value);
    if (id.has_value() && position.has_value())
      return sink({*id, *position}) ? Next::kOn : Next::kEnd;
    damage = DamagedRow(walker.source().path, kFamilyNames[kMeta], AsText(key));
    return Next::kEnd;
  };
  const auto range = store::PrefixRange(std::string(store::kLedgerPrefix));
  scanned.status = walker.Walk(kMeta, range, {}, watch, scanned, each);
  if (!damage.ok()) scanned.status = damage;
  return scanned;
}

}  // namespace pdns::store_rocks
