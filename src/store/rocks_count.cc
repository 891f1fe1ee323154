#include "store/rocks_count.h"

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "store/fate_rows.h"
#include "store/key.h"
#include "store/reverse_key.h"
#include "store/rocks_common.h"
#include "store/value.h"

namespace pdns::store {
namespace {

namespace fs = std::filesystem;

// Owners and types of forward rows, which come in key order.
class ForwardCount {
 public:
  // False: no forward row.
  bool Add(Bytes key, Bytes value) {
    const std::string_view text = AsText(key);
    // No name's ordered form is the beginning of another's.
    if (owner_.empty() || !text.starts_with(owner_)) {
      owner_ = OwnerOf(text);  // copied: the key goes
      if (owner_.empty()) return false;
      ++owners_;
    }
    Cursor rest(key, owner_.size());
    const std::uint16_t type = rest.U16();
    const auto sighting = DecodeValue(value);
    if (!rest.ok() || !sighting.has_value()) return false;
    ++types_[type];
    first_ = rows_ == 0 ? sighting->first : std::min(first_, sighting->first);
    last_ = std::max(last_, sighting->last);
    ++rows_;
    return true;
  }

  std::uint64_t rows() const { return rows_; }

  void Tell(record::Statistics& statistics) const {
    statistics.tuples = rows_;
    statistics.rrnames = owners_;
    statistics.first = first_;
    statistics.last = last_;
    for (std::size_t type = 0; type < types_.size(); ++type) {
      if (types_[type] > 0) statistics.types[static_cast<record::RrType>(type)] = types_[type];
    }
  }

 private:
  static constexpr std::size_t kTypes = 65536;

  // Labels are never empty and hold no 00: two of them end the name. Empty: there is no end.
  static std::string_view OwnerOf(std::string_view key) {
    constexpr std::string_view kEnd("\0\0", 2);
    if (key.starts_with('\0')) return key.substr(0, 1);
    const std::size_t end = key.find(kEnd);
    return end == std::string_view::npos ? std::string_view() : key.substr(0, end + kEnd.size());
  }

  std::string owner_;  // of the row before
  std::uint64_t rows_ = 0;
  std::uint64_t owners_ = 0;
  std::chrono::sys_seconds first_;
  std::chrono::sys_seconds last_;
  std::vector<std::uint64_t> types_ = std::vector<std::uint64_t>(kTypes);
};

class RowCount {
 public:
  RowCount(rocksdb::DB& db, std::span<rocksdb::ColumnFamilyHandle* const> handles,
           const std::string& path, const Reader::CountWatch& watch, record::Statistics& statistics)
      : db_(db), handles_(handles), path_(path), watch_(watch), statistics_(statistics) {}

  // The short ones first: they are told whenever it ends.
  Status Run() {
    Status status = CountDisk();
    if (status.ok()) status = CountMeta();
    if (status.ok()) status = CountQuarantine();
    if (status.ok()) status = CountForward();
    if (status.ok()) status = CountAddresses();
    return status;
  }

 private:
  Status CountDisk() {
    for (std::size_t i = 0; i < kFamilies; ++i) {
      std::uint64_t bytes = 0;
      db_.GetIntProperty(handles_[i], rocksdb::DB::Properties::kLiveSstFilesSize, &bytes);
      statistics_.parts.push_back({std::string(kFamilyNames[i]), bytes});
    }
    // Files come and go beside a writer: one that is gone takes no room.
    std::error_code error;
    for (auto file = fs::recursive_directory_iterator(path_, error);
         !error && file != fs::recursive_directory_iterator(); file.increment(error)) {
      std::error_code gone;
      const bool regular = fs::is_regular_file(file->symlink_status(gone));
      const std::uint64_t bytes = regular ? file->file_size(gone) : 0;
      if (!gone) statistics_.disk_bytes += bytes;
    }
    return {};
  }

  Status CountMeta() {
    std::string value;
    const auto schema = db_.Get({}, handles_[kMeta], ToSlice(kSchemaKey), &value);
    if (!schema.ok() && !schema.IsNotFound())
      return FromRocks(path_, "read of the schema row", schema);
    const auto version = DecodeSchemaValue(AsBytes(value));
    statistics_.counting = version.has_value() && version->minor >= kCountingMinor;
    Status status = CountSources();
    if (status.ok()) status = ReadCounters(db_, handles_[kMeta], path_, statistics_.counters);
    if (!status.ok()) return status;
    const auto got = db_.Get({}, handles_[kMeta], ToSlice(kCountedSinceKey), &value);
    if (!got.ok() && !got.IsNotFound()) return FromRocks(path_, "read of the counters", got);
    if (got.IsNotFound()) return {};
    statistics_.counted_since = DecodeCountedSinceValue(AsBytes(value));
    return statistics_.counted_since.has_value() ? Status() : Damaged(kCountedSinceKey);
  }

  Status CountSources() {
    return Walk(kMeta, PrefixRange(std::string(kLedgerPrefix)), [this](Bytes, Bytes value) {
      const auto position = DecodeLedgerValue(value);
      if (!position.has_value()) return false;
      ++statistics_.captures;
      statistics_.capture_frames += position->frames;
      statistics_.capture_bytes += position->bytes;
      return true;
    });
  }

  Status CountQuarantine() {
    return Walk(kQuarantineFamily, {}, [this](Bytes, Bytes value) {
      const auto sighting = DecodeValue(value);
      if (!sighting.has_value()) return false;
      ++statistics_.quarantined[sighting->reasons];
      return true;
    });
  }

  Status CountForward() {
    ForwardCount count;
    Status status = Walk(kForwardFamily, {}, [&](Bytes key, Bytes value) {
      const bool added = count.Add(key, value);
      tuples_ = count.rows();
      return added;
    });
    count.Tell(statistics_);
    return status;
  }

  // Reverse rows of one address stand together.
  Status CountAddresses() {
    constexpr std::size_t kIpv4Key = 1 + 4;
    constexpr std::size_t kIpv6Key = 1 + 16;
    std::string before;
    for (const auto& [kind, size] : {std::pair(Kind::kIpv4, kIpv4Key), {Kind::kIpv6, kIpv6Key}}) {
      const KeyRange range = PrefixRange(std::string(1, static_cast<char>(kind)));
      const auto each = [&, size = size](Bytes key, Bytes /*value*/) {
        if (key.size() < size) return false;
        const std::string_view address = AsText(key.first(size));
        if (address == before) return true;
        before = address;
        ++statistics_.addresses;
        return true;
      };
      if (Status status = Walk(kReverseFamily, range, each); !status.ok()) return status;
    }
    return {};
  }

  // Calls `each` for the entries of a range until it says false: one that cannot be read. Ends,
  // too, when the watch says so.
  template <class Each>
  Status Walk(Family family, const KeyRange& range, const Each& each) {
    constexpr std::uint64_t kKeysPerLook = 4096;
    if (!more_) return {};
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    const rocksdb::Slice end = range.hi;
    if (!range.hi.empty()) options.iterate_upper_bound = &end;
    const std::unique_ptr<rocksdb::Iterator> it(db_.NewIterator(options, handles_[family]));
    more_ = watch_(keys_, tuples_);
    for (it->Seek(range.lo); more_ && it->Valid(); it->Next()) {
      if (!each(View(it->key()), View(it->value()))) return Damaged(AsText(View(it->key())));
      if (++keys_ % kKeysPerLook == 0) more_ = watch_(keys_, tuples_);
    }
    return it->status().ok() ? Status() : FromRocks(path_, "scan", it->status());
  }

  Status Damaged(std::string_view key) const {
    return Status::Corrupt("database " + path_ + ": a row cannot be read, key " +
                           ToHex(AsBytes(key)));
  }

  rocksdb::DB& db_;
  std::span<rocksdb::ColumnFamilyHandle* const> handles_;
  const std::string& path_;
  const Reader::CountWatch& watch_;
  record::Statistics& statistics_;
  std::uint64_t keys_ = 0;
  std::uint64_t tuples_ = 0;
  bool more_ = true;
};

}  // namespace

Status ReadCounters(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* meta, const std::string& path,
                    record::Counters& counters) {
  const std::unique_ptr<rocksdb::Iterator> it(db.NewIterator({}, meta));
  for (it->Seek(ToSlice(kFatePrefix)); it->Valid() && it->key().starts_with(ToSlice(kFatePrefix));
       it->Next()) {
    const auto count = DecodeFateValue(View(it->value()));
    if (!count.has_value())
      return Status::Corrupt("database " + path + ": a counter cannot be read");
    const std::string_view name = AsText(View(it->key())).substr(kFatePrefix.size());
    static_cast<void>(record::AddNamed(counters, name, *count));
  }
  return it->status().ok() ? Status() : FromRocks(path, "read of the counters", it->status());
}

Status CountRows(rocksdb::DB& db, std::span<rocksdb::ColumnFamilyHandle* const> handles,
                 const std::string& path, const Reader::CountWatch& watch,
                 record::Statistics& statistics) {
  return RowCount(db, handles, path, watch, statistics).Run();
}

}  // namespace pdns::store
