#include "store_rocks/backup/note.h"

#include <fmt/format.h>

#include "base/whole_number.h"

namespace pdns::store_rocks {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::string_view kFirst = "pdns-backup 1\n";
constexpr std::string_view kPath = "database=";

bool ReadLine(std::string_view name, std::string_view value, store::BackupNote& note) {
  std::int64_t time = 0;
  if (name == "identity") note.identity = value;
  if (name == "user") note.user = value;
  if (name == "group") note.group = value;
  if (name == "batches") return ReadWholeNumber(value, note.batches);
  if (name == "tuples") return ReadWholeNumber(value, note.tuples);
  if (name != "last-seen") return true;
  const bool read = ReadWholeNumber(value, time);
  note.last_seen = sys_seconds(seconds(time));
  return read;
}

}  // namespace

std::string NoteText(const store::BackupNote& note) {
  return fmt::format("{}identity={}\nbatches={}\ntuples={}\nlast-seen={}\nuser={}\ngroup={}\n{}{}",
                     kFirst, note.identity, note.batches, note.tuples,
                     note.last_seen.time_since_epoch().count(), note.user, note.group, kPath,
                     note.database);
}

std::optional<store::BackupNote> ParseNote(std::string_view text) {
  if (!text.starts_with(kFirst)) return std::nullopt;
  text.remove_prefix(kFirst.size());
  store::BackupNote note;
  // A path may hold any byte, the end of a line, too: so it is the last.
  while (!text.starts_with(kPath)) {
    const std::size_t end = text.find('\n');
    const std::size_t middle = text.find('=');
    if (end == std::string_view::npos || middle > end) return std::nullopt;
    if (!ReadLine(text.substr(0, middle), text.substr(middle + 1, end - middle - 1), note))
      return std::nullopt;
    text.remove_prefix(end + 1);
  }
  note.database = text.substr(kPath.size());
  if (note.identity.empty()) return std::nullopt;
  return note;
}

}  // namespace pdns::store_rocks
