#include "store_rocks/verify/verify.h"

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "base/hash.h"
#include "store/reverse_key.h"
#include "store_rocks/read/instance.h"
#include "store_rocks/verify/findings.h"
#include "store_rocks/verify/key_sums.h"
#include "store_rocks/verify/meta_check.h"
#include "store_rocks/verify/row_check.h"
#include "store_rocks/verify/table_check.h"

namespace pdns::store_rocks {
namespace {

constexpr std::size_t kCache = 32U << 20;
constexpr std::size_t kReadAhead = 2U << 20;

class Verifier {
 public:
  Verifier(std::string path, const store::VerifyWatch& watch, store::Verification& verification)
      : path_(std::move(path)), watch_(watch), verification_(verification) {}

  Status Run(bool quick) {
    verification_.quick = quick;
    auto instance = Instance::Open(path_, NewCache(kCache), false);
    // What is no database has nothing to be verified; what cannot be read may be whole.
    if (!instance.ok() && instance.status().code() != Code::kCorrupt) return instance.status();
    std::optional<Source> source;
    if (instance.ok()) source.emplace((*instance)->source());
    Findings findings(verification_, source.has_value() ? &*source : nullptr);
    if (!instance.ok()) findings.Damaged(instance.status().message());
    // Without a list of files, all there are.
    const auto names = source.has_value() ? TableFilesOf(*source) : TableFilesIn(path_);
    const bool whole = CheckTables(path_, names, watch_, verification_, findings);
    verification_.complete = whole && instance.ok();
    if (!whole || quick || !instance.ok()) return {};
    CheckRows(*source, (*instance)->sensors().size(), findings);
    return {};
  }

 private:
  using Each = std::function<void(Bytes key, Bytes value)>;

  void CheckRows(const Source& source, std::size_t sensors, Findings& findings) {
    MetaCheck meta(findings, kept_);
    bool whole = Walk(source, kMeta, findings, [&](Bytes k, Bytes v) { meta.Add(k, v); });
    if (whole) meta.Finish();
    whole = CheckJournal(source, findings) && whole;
    Counted counted;
    whole = Walk(source, kQuarantine, findings,
                 [&](Bytes k, Bytes v) { CheckQuarantined(k, v, sensors, findings, counted); }) &&
            whole;
    ForwardCheck forward(findings, counted, sums_, sensors, kept_.seed);
    const bool all_forward =
        Walk(source, kForward, findings, [&](Bytes k, Bytes v) { forward.Add(k, v); });
    forward.Finish();
    const bool all_reverse = Walk(source, kReverse, findings, [&](Bytes k, Bytes v) {
      ++verification_.reverse_rows;
      if (const auto found = FoundReverseKey(k, v, &findings); found.has_value())
        sums_.Find(AsText(*found));
    });
    Tell(counted);
    verification_.complete = whole && all_forward && all_reverse;
    // Of what was not read to its end nothing can be compared.
    if (!verification_.complete) return;
    CompareKept(counted, kept_, findings);
    verification_.complete = NameDifferences(source, findings);
  }

  void Tell(const Counted& counted) {
    verification_.tuples = counted.tuples;
    verification_.rrnames = counted.rrnames;
    for (const auto& [reasons, rows] : counted.quarantined) verification_.quarantined += rows;
    verification_.captures = kept_.numbers.captures;
  }

  bool CheckJournal(const Source& source, Findings& findings) {
    JournalCheck journal(findings, kept_);
    const bool whole = Walk(source, kNew, findings, [&](Bytes k, Bytes v) { journal.Add(k, v); });
    if (whole) journal.Finish();
    verification_.journal_rows = journal.rows();
    return whole;
  }

  bool NameDifferences(const Source& source, Findings& findings) {
    const auto buckets = sums_.Differing();
    if (buckets.empty()) return true;
    KeyDifferences differences(sums_, buckets);
    const bool whole = Walk(source, kForward, findings,
                            [&](Bytes k, Bytes v) {
                              store::KeyList keys;
                              ExpectedReverseKeys(k, v, keys);
                              for (std::size_t i = 0; i < keys.size(); ++i)
                                differences.Expect(keys[i]);
                            }) &&
                       Walk(source, kReverse, findings, [&](Bytes k, Bytes v) {
                         const auto found = FoundReverseKey(k, v, nullptr);
                         if (found.has_value()) differences.Find(AsText(*found));
                       });
    if (!whole) return false;
    for (const std::string& key : differences.Missing())
      Differs(key, "a trusted row is not found by what it points at", findings);
    for (const std::string& key : differences.Surplus())
      Differs(key, "a reverse row has no trusted row", findings);
    if (differences.full())
      findings.Disagrees("more rows of both directions differ than are named", "rev");
    return true;
  }

  // What the row would be called, by the whole reverse key.
  static void Differs(const std::string& whole, std::string_view what, Findings& findings) {
    const auto parts = store::SplitReverseKey(AsBytes(whole));
    const std::string row = parts.has_value() ? parts->row_key : whole;
    const bool cut = whole.size() > store::kMaxReverseKey;
    const std::string key = cut ? store::CutReverseKey(whole) : whole;
    findings.DisagreeingRow(kReverse, AsBytes(key), what, NameOfRow(AsBytes(row), {}));
  }

  // All rows of a family. False: the watch ended it, or the engine could not go on.
  bool Walk(const Source& source, Family family, Findings& findings, const Each& each) {
    if (stopped_) return false;
    rocksdb::ReadOptions how;
    how.snapshot = source.moment;
    how.fill_cache = false;  // each block is read once
    how.readahead_size = kReadAhead;
    const std::unique_ptr<rocksdb::Iterator> it(source.db.NewIterator(how, source.handles[family]));
    std::uint64_t total = 0;
    source.db.GetIntProperty(source.handles[family], rocksdb::DB::Properties::kEstimateNumKeys,
                             &total);
    std::uint64_t keys = 0;
    std::string last;
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      each(View(it->key()), View(it->value()));
      if (++keys % kKeysPerLook != 0) continue;
      last = AsText(View(it->key()));
      stopped_ = watch_ && !watch_(kFamilyNames[family], keys, total);
      if (stopped_) return false;
    }
    if (it->status().ok()) return true;
    findings.Unreadable(family, last, FromRocks(path_, "read", it->status()));
    return false;
  }

  static constexpr std::uint64_t kKeysPerLook = 4096;

  std::string path_;
  const store::VerifyWatch& watch_;
  store::Verification& verification_;
  Kept kept_;
  KeySums sums_{RandomSeed()};
  bool stopped_ = false;
};

}  // namespace

Result<store::Verification> Verify(const std::string& path, bool quick,
                                   const store::VerifyWatch& watch) {
  store::Verification verification;
  Verifier verifier(path, watch, verification);
  if (Status run = verifier.Run(quick); !run.ok()) return run;
  return verification;
}

}  // namespace pdns::store_rocks
