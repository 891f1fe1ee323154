#include "store_rocks/check/table_tail.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/hash.h"

namespace pdns::store_rocks {
namespace {

namespace fs = std::filesystem;

// The properties and what stands behind them; of our files some 1.5 KB.
constexpr std::size_t kTail = 8U << 10;

constexpr std::uint64_t kMagic = 0x88e241b785f4cff7;
constexpr std::size_t kFooter = 53;  // checksum's kind, 40 bytes of handles, version, magic
constexpr std::uint32_t kNewestVersion = 5;
constexpr std::uint8_t kXxh3 = 4;
constexpr std::size_t kTrailer = 5;  // of a block: compression, checksum

std::uint64_t Little(Bytes bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | bytes[i];
  return value;
}

// Where a block stands, without its trailer.
struct Handle {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

std::optional<Handle> ReadHandle(Cursor& from) {
  Handle handle;
  handle.offset = from.Varint();
  handle.size = from.Varint();
  return from.ok() ? std::optional(handle) : std::nullopt;
}

// The block, if all of it stands in the tail and its checksum is right.
std::optional<Bytes> BlockAt(Bytes tail, std::uint64_t file_size, const Handle& handle) {
  const std::uint64_t begins = file_size - tail.size();
  if (handle.offset < begins || handle.offset >= file_size) return std::nullopt;
  Cursor cursor(tail, static_cast<std::size_t>(handle.offset - begins));
  const Bytes block =
      cursor.Read(static_cast<std::size_t>(std::min<std::uint64_t>(handle.size, tail.size())));
  const Bytes trailer = cursor.Read(kTrailer);
  if (!cursor.ok() || block.size() != handle.size) return std::nullopt;
  // The byte in front of the checksum is mixed in behind the hash.
  constexpr std::uint32_t kForLastByte = 0x6b9083d9;
  const auto hash = static_cast<std::uint32_t>(Hash64(block, 0)) ^ trailer[0] * kForLastByte;
  return Little(trailer.subspan(1)) == hash ? std::optional(block) : std::nullopt;
}

// The value of a key of an index of blocks: entries of what a key shares with the one before it,
// then a table of where keys begin that share nothing.
std::optional<Bytes> Find(Bytes index, std::string_view wanted) {
  constexpr std::size_t kNumber = 4;
  if (index.size() < kNumber) return std::nullopt;
  const std::uint64_t begins = Little(index.last(kNumber));
  if (begins > index.size() / kNumber - 1) return std::nullopt;
  Cursor entries(index.first(index.size() - static_cast<std::size_t>(begins + 1) * kNumber));
  std::string key;
  while (entries.ok() && !entries.AtEnd()) {
    const std::uint64_t shared = entries.Varint();
    const std::uint64_t own = entries.Varint();
    const std::uint64_t size = entries.Varint();
    if (shared > key.size() || own > index.size() || size > index.size()) return std::nullopt;
    key.resize(static_cast<std::size_t>(shared));
    key += AsText(entries.Read(static_cast<std::size_t>(own)));
    const Bytes value = entries.Read(static_cast<std::size_t>(size));
    if (entries.ok() && key == wanted) return value;
  }
  return std::nullopt;
}

struct Tail {
  std::string bytes;
  std::uint64_t file_size = 0;
};

// Nothing: it cannot be read.
std::optional<Tail> ReadTail(int file) {
  struct stat about {};
  if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode)) return std::nullopt;
  Tail tail;
  tail.file_size = static_cast<std::uint64_t>(about.st_size);
  tail.bytes.resize(std::min<std::uint64_t>(tail.file_size, kTail));
  const auto at = static_cast<off_t>(tail.file_size - tail.bytes.size());
  const ssize_t got = pread(file, tail.bytes.data(), tail.bytes.size(), at);
  if (got != static_cast<ssize_t>(tail.bytes.size())) return std::nullopt;
  return tail;
}

bool IsDamaged(const fs::path& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return false;
  const auto tail = ReadTail(file);
  close(file);
  return tail.has_value() && !PropertiesAreWhole(AsBytes(tail->bytes), tail->file_size);
}

}  // namespace

bool PropertiesAreWhole(Bytes tail, std::uint64_t file_size) {
  if (tail.size() < kFooter) return true;
  const Bytes footer = tail.last(kFooter);
  if (Little(footer.last(8)) != kMagic || Little(footer.subspan(41, 4)) > kNewestVersion)
    return true;
  // Of another kind RocksDB might verify nothing at all.
  if (footer[0] != kXxh3) return false;
  Cursor handles(footer.subspan(1, 40));
  const auto index_at = ReadHandle(handles);
  if (!index_at.has_value()) return false;
  const auto index = BlockAt(tail, file_size, *index_at);
  if (!index.has_value()) return false;
  const auto found = Find(*index, "rocksdb.properties");
  if (!found.has_value()) return false;
  Cursor value(*found);
  const auto properties_at = ReadHandle(value);
  return properties_at.has_value() && BlockAt(tail, file_size, *properties_at).has_value();
}

bool TableTailIsWhole(const std::string& file) { return !IsDamaged(file); }

Status CheckTableTails(const std::string& path) {
  std::vector<std::string> damaged;
  std::error_code error;
  for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() == ".sst" && IsDamaged(it->path()))
      damaged.push_back(it->path().filename());
  }
  if (damaged.empty()) return {};
  return Status::Corrupt(
      fmt::format("database {}: damaged, its file {} cannot be read: its end is not as it was "
                  "written",
                  path, *std::min_element(damaged.begin(), damaged.end())));
}

}  // namespace pdns::store_rocks
