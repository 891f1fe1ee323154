#include "store_rocks/read/ledger_scan.h"

#include <rocksdb/db.h>

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

Result<Sha256Digest> IdentityOf(const Walker& walker) {
  const Source& source = walker.source();
  std::string seed;
  const auto got = source.db.Get(OptionsOf(source), source.handles[kMeta],
                                 ToSlice(store::kSketchSeedKey), &seed);
  if (got.IsNotFound()) return DamagedRow(source.path, kFamilyNames[kMeta], store::kSketchSeedKey);
  if (!got.ok()) return FromRocks(source.path, "read of its identity", got);
  // The seed itself stays secret: it keys the hashes of the sketch.
  return Sha256(AsBytes("pdns database\n" + seed));
}

}  // namespace pdns::store_rocks
