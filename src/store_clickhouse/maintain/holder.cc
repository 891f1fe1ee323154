#include "store_clickhouse/maintain/holder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>

#include "base/bytes.h"
#include "base/hash.h"
#include "base/whole_number.h"
#include "store_clickhouse/table/mutations.h"

namespace pdns::store_clickhouse {
namespace {

constexpr std::size_t kMarkSize = 32;
constexpr std::size_t kMostHost = 63;

std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// The number of the space of process numbers, as the kernel names it: "pid:[4026531836]".
std::string SpaceOfNumbers() {
  std::array<char, 64> text{};
  const ssize_t size = readlink("/proc/self/ns/pid", text.data(), text.size());
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
}

std::string NoPlace() {
  std::string zeros;
  zeros.resize(kMarkSize, '0');
  return zeros;
}

std::string ThisPlace() {
  const std::string kernel = FirstLine("/proc/sys/kernel/random/boot_id");
  const std::string space = SpaceOfNumbers();
  if (kernel.empty() || space.empty()) return NoPlace();
  const Sha256Digest digest = Sha256(AsBytes(kernel + space));
  return ToHex(Bytes(digest).first(kMarkSize / 2));
}

// proc(5): the 22nd field of stat; the 2nd stands in parentheses and may hold anything. 0: there is
// no such process.
std::uint64_t StartOf(std::uint64_t pid) {
  const std::string line = FirstLine(fmt::format("/proc/{}/stat", pid));
  std::size_t at = line.rfind(')');
  constexpr int kBlanksBefore = 20;  // from the parenthesis to the field
  for (int i = 0; i < kBlanksBefore && at != std::string::npos; ++i) at = line.find(' ', at + 1);
  std::uint64_t start = 0;
  if (at != std::string::npos)
    std::from_chars(line.data() + at + 1, line.data() + line.size(), start);
  return start;
}

std::string ThisHost() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  std::string host(name.data());
  std::erase_if(host, [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return !letter && !(c >= '0' && c <= '9') && c != '-' && c != '.';
  });
  host.resize(std::min(host.size(), kMostHost));
  return host.empty() ? "unknown" : host;
}

bool IsMark(std::string_view text) {
  return text.size() == kMarkSize &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

std::string Holder::Words() const { return fmt::format("process {} on {}", pid, host); }

std::string Holder::Text() const {
  return fmt::format("{}/{}/{}/{}/{}", mark, place, pid, start, host);
}

bool Holder::IsGone() const {
  const bool here = place == ThisPlace() && place != NoPlace();
  return here && StartOf(pid) != start;
}

Holder ThisProcess() {
  const auto pid = static_cast<std::uint64_t>(getpid());
  return {NewMark(), ThisPlace(), pid, StartOf(pid), ThisHost()};
}

std::optional<Holder> ParseHolder(std::string_view text) {
  std::array<std::string_view, 5> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t end = i + 1 == parts.size() ? text.size() : text.find('/');
    if (end == std::string_view::npos) return std::nullopt;
    parts[i] = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  Holder holder{std::string(parts[0]), std::string(parts[1]), 0, 0, Printable(parts[4])};
  const bool good = IsMark(holder.mark) && IsMark(holder.place) && !parts[4].empty() &&
                    parts[4].size() <= kMostHost && ReadWholeNumber(parts[2], holder.pid) &&
                    ReadWholeNumber(parts[3], holder.start);
  return good ? std::optional(std::move(holder)) : std::nullopt;
}

}  // namespace pdns::store_clickhouse
