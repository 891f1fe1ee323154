#include "archive/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <tuple>

namespace pdns::archive {
namespace {

namespace fs = std::filesystem;
using std::chrono::sys_seconds;

constexpr std::string_view kSuffix = ".dnstap";
constexpr std::string_view kCompressed = ".zst";
constexpr std::string_view kPart = ".part";
constexpr std::size_t kTimeLength = std::string_view("20261122T190000Z").size();

bool StripPrefix(std::string_view& text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool StripSuffix(std::string_view& text, std::string_view suffix) {
  if (text.size() < suffix.size() || text.substr(text.size() - suffix.size()) != suffix) {
    return false;
  }
  text.remove_suffix(suffix.size());
  return true;
}

// Lenient: the caller holds the result against the one way to write it.
unsigned Number(std::string_view digits) {
  unsigned number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

std::optional<sys_seconds> ParseTime(std::string_view text) {
  if (text.size() != kTimeLength) return std::nullopt;
  const std::chrono::year_month_day day(
      std::chrono::year(static_cast<int>(Number(text.substr(0, 4)))),
      std::chrono::month(Number(text.substr(4, 2))), std::chrono::day(Number(text.substr(6, 2))));
  if (!day.ok()) return std::nullopt;
  // An hour of 24 or a minute of 60 passes here: ParseFileName writes the name again, finds another
  // one, and refuses it.
  return std::chrono::sys_days(day) + std::chrono::hours(Number(text.substr(9, 2))) +
         std::chrono::minutes(Number(text.substr(11, 2))) +
         std::chrono::seconds(Number(text.substr(13, 2)));
}

std::string TimeText(sys_seconds time) {
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day day(midnight);
  const std::chrono::hh_mm_ss clock(time - midnight);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace

std::string FileName(std::string_view name, sys_seconds begun, unsigned ordinal) {
  const std::string number = ordinal > 1 ? fmt::format("-{}", ordinal) : std::string();
  return fmt::format("{}-{}{}{}", name, TimeText(begun), number, kSuffix);
}

std::optional<File> ParseFileName(std::string_view name, std::string_view file) {
  File parsed;
  parsed.file = file;
  std::string_view rest = file;
  parsed.compressed = StripSuffix(rest, kCompressed);
  const std::string_view plain = rest;
  if (!StripPrefix(rest, name) || !StripPrefix(rest, "-") || !StripSuffix(rest, kSuffix)) {
    return std::nullopt;
  }
  const auto time = ParseTime(rest.substr(0, kTimeLength));
  if (!time.has_value()) return std::nullopt;
  parsed.begun = *time;
  rest.remove_prefix(kTimeLength);
  if (StripPrefix(rest, "-")) parsed.ordinal = Number(rest);
  // A file is ours if we would write its name just so: no other form is ever removed for its age.
  if (FileName(name, parsed.begun, parsed.ordinal) != plain) return std::nullopt;
  return parsed;
}

std::string PartName(std::string_view file) {
  return fmt::format(".{}{}{}", file, kCompressed, kPart);
}

bool IsPartName(std::string_view name, std::string_view file) {
  if (!StripPrefix(file, ".") || !StripSuffix(file, kPart)) return false;
  const auto parsed = ParseFileName(name, file);
  return parsed.has_value() && parsed->compressed;
}

Status CheckName(std::string_view name) {
  // What is put around it takes 40 bytes at most (".NAME-20261122T190000Z-10000.dnstap.zst.part"),
  // and NAME_MAX is 255. No '.' in front: such files are hidden, as parts and locks are. No '/', no
  // blank: a name must stay in its folder and on its line.
  constexpr std::size_t kLongest = 128;
  const bool good =
      !name.empty() && name.size() <= kLongest && name.front() != '.' &&
      std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f && c != '/'; });
  if (good) return {};
  return Status::Usage(fmt::format(
      "archive name '{}': give 1 to {} letters, digits or signs, no '/', no '.' in front", name,
      kLongest));
}

Result<std::vector<File>> ListFiles(const std::string& directory, std::string_view name) {
  std::vector<File> files;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    auto file = ParseFileName(name, it->path().filename().native());
    std::error_code gone;  // meanwhile
    // Not what a link points at: that may lie outside, and is nobody's to remove.
    if (!file.has_value() || !fs::is_regular_file(it->symlink_status(gone))) continue;
    file->size = it->file_size(gone);
    if (!gone) files.push_back(std::move(*file));
  }
  if (error) return Status::Io("archive " + directory + ": cannot be read: " + error.message());
  std::sort(files.begin(), files.end(), [](const File& a, const File& b) {
    return std::tie(a.begun, a.ordinal, a.compressed) < std::tie(b.begun, b.ordinal, b.compressed);
  });
  return files;
}

std::vector<File> Expired(const std::vector<File>& files, std::string_view writing,
                          const KeepRule& keep, sys_seconds now, std::chrono::nanoseconds by_age) {
  // Both forms of a file count while they stand side by side: both take room on the disk.
  std::uint64_t total = 0;
  for (const File& file : files) total += file.size;
  std::vector<File> expired;
  bool any_by_age = false;
  for (std::size_t i = 0; i < files.size(); ++i) {
    // Its size counts, and older files make room for it; it is never removed itself.
    if (files[i].file == writing) continue;
    // Its twin, if it has one, is no next file.
    const auto next = std::find_if(
        files.begin() + static_cast<std::ptrdiff_t>(i), files.end(), [&](const File& other) {
          return std::tie(other.begun, other.ordinal) != std::tie(files[i].begun, files[i].ordinal);
        });
    // A file ends where the next begins: its own time is that of its first frame, and the last file
    // may still get frames.
    const bool old = keep.age.count() > 0 && next != files.end() && now - next->begun > keep.age;
    const bool too_much = keep.bytes > 0 && total > keep.bytes;
    if (!too_much) {
      if (!old || by_age.count() <= 0) continue;
      // By age goes as much time as has passed, and one file at least: a clock that was put forward
      // must not empty the archive at once.
      const std::chrono::nanoseconds span = next->begun - files[i].begun;
      if (any_by_age && span > by_age) continue;
      any_by_age = true;
      by_age -= span;
    }
    total -= files[i].size;
    expired.push_back(files[i]);
  }
  return expired;
}

bool RotationDue(const RotateRule& rotate, std::chrono::nanoseconds age, std::uint64_t bytes,
                 std::uint64_t next) {
  // Asked before the frame, not after it: frames make no file larger than the limit, unless one
  // frame alone does.
  return (rotate.after.count() > 0 && age >= rotate.after) ||
         (rotate.bytes > 0 && bytes + next > rotate.bytes);
}

}  // namespace pdns::archive
