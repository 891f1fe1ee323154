#include "admin/transfer/removal.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/hash.h"
#include "record/statistics.h"
#include "store/row_key.h"

namespace pdns::admin {
namespace {

std::string CopyPrefix(const Sha256Digest& copy) {
  return "split-" + ToHex(Bytes(copy).first(8)) + "-";
}

// As long as the part of a rule that names the copy.
constexpr std::size_t kPrefixSize = 6 + 16 + 1;

// What is removed from a copy is in the source; its own statistics say so by this name.
constexpr std::string_view kSeenAgain = "split, seen again in the source";

}  // namespace

std::string RemovalRule(const Sha256Digest& copy, const query::NamedTexts& options) {
  std::string text;
  std::string hashed;
  for (const char* const name : {"last-before", "name", "glob", "regex"}) {
    for (const std::string& value : options.Of(name)) {
      text += value.empty() ? fmt::format(" {}", name) : fmt::format(" {}={}", name, value);
      hashed += fmt::format("{} {} {}\n", name, value.size(), value);
    }
  }
  const Sha256Digest digest = Sha256(AsBytes(hashed));
  constexpr std::size_t kLongest = 120;
  return (CopyPrefix(copy) + ToHex(Bytes(digest).first(4)) + Printable(text)).substr(0, kLongest);
}

Result<Removed> Removal::Run() {
  auto source = source_.read();
  if (!source.ok()) return source.status();
  auto copy = copy_.read();
  if (!copy.ok()) return copy.status();
  ReadSensors(**source, **copy);
  if (Status counted = ReadCount(**source); !counted.ok()) return counted;
  if (Status whole = CheckPart(**copy); !whole.ok()) return whole;
  source->reset();
  copy->reset();
  for (const Step step : {Step::kCheck, Step::kRemove}) {
    if (stop_.requested()) return done_;
    if (Status walked = Walk(step); !walked.ok()) return walked;
  }
  done_.whole = !stop_.requested();
  if (!done_.whole || done_.rows_before + done_.rows == number_) return done_;
  return Status::Corrupt(
      fmt::format("{}: it has {} rows, and {} went from {}: the two disagree on the order of rows",
                  copy_.name, number_, done_.rows_before + done_.rows, source_.name));
}

// Each database has numbers of its own for the sensors.
void Removal::ReadSensors(const store::Snapshot& source, const store::Snapshot& copy) {
  const auto names_of = [](const store::Snapshot& snapshot) {
    auto names = snapshot.sensors();
    if (names.empty()) names.emplace_back();  // one without a name
    return names;
  };
  const auto there = names_of(source);
  for (const std::string& name : names_of(copy)) {
    const auto found = std::find(there.begin(), there.end(), name);
    const auto number =
        found == there.end() ? record::kOtherSensors : static_cast<unsigned>(found - there.begin());
    sensors_.push_back(record::SensorBit(number));
  }
  sensors_.resize(record::kOtherSensors + 1, record::SensorBit(record::kOtherSensors));
}

bool Removal::IsSame(const record::History& copied, const record::History& there) const {
  record::History translated = copied;
  translated.sensors = 0;
  for (std::size_t number = 0; number < sensors_.size(); ++number) {
    if ((copied.sensors & record::SensorBit(static_cast<unsigned>(number))) != 0)
      translated.sensors |= sensors_[number];
  }
  return translated == there;
}

Status Removal::ReadCount(store::Snapshot& source) {
  record::Statistics numbers;
  if (Status told = source.Totals(numbers); !told.ok()) return told;
  for (const auto& [rule, months] : numbers.expired) {
    if (rule.substr(0, kPrefixSize) != rule_.substr(0, kPrefixSize)) continue;
    if (rule != rule_) {
      return Status::Usage(fmt::format("{}: its rows were removed from {} by other options: {}",
                                       copy_.name, source_.name, rule));
    }
    for (const auto& [month, rows] : months) done_.rows_before += rows;
  }
  return {};
}

// Numbers are good only if the part finds all that the copy has.
Status Removal::CheckPart(store::Snapshot& copy) {
  record::Statistics numbers;
  if (Status told = copy.Totals(numbers); !told.ok()) return told;
  const std::uint64_t all = numbers.tuples + numbers.AllQuarantined();
  std::uint64_t found = 0;
  for (const Part::Piece& piece : part_.pieces) {
    const auto count = [&](const store::Row& row) {
      found += !piece.test || piece.test(row) ? 1 : 0;
      return true;
    };
    const auto watch = [this](std::uint64_t) { return !stop_.requested(); };
    const store::Scanned scanned = copy.Scan(piece.selection, count, watch);
    if (!scanned.status.ok() || scanned.stopped) return scanned.status;
  }
  if (found == all && done_.rows_before <= all) return {};
  return Status::Usage(
      fmt::format("{}: it has {} rows, of which these options find {}: {} keeps all", copy_.name,
                  all, found, source_.name));
}

Status Removal::Walk(Step step) {
  number_ = 0;
  const bool check = step == Step::kCheck;
  const auto other = check ? source_.read() : copy_.read();
  if (!other.ok()) return other.status();
  for (const Part::Piece& piece : part_.pieces) {
    if (stop_.requested()) return {};
    const auto expired = WalkPiece(step, piece, **other);
    if (!failed_.ok()) return failed_;
    if (!expired.ok()) return expired.status();
    (check ? done_.seen_again : done_.rows) += expired->rows;
  }
  return {};
}

Result<store::Expired> Removal::WalkPiece(Step step, const Part::Piece& piece,
                                          store::Snapshot& other) {
  const bool check = step == Step::kCheck;
  RowCursor cursor(other, piece.selection, check ? RowCursor::Test() : piece.test);
  const auto test = [&](const store::Row& row) {
    if (!failed_.ok()) return false;
    const bool goes = check ? GoesFromCopy(row, piece, cursor) : GoesFromSource(row, cursor);
    if (failed_.ok()) failed_ = cursor.status();
    progress_.frames += goes && !check ? 1 : 0;
    ++progress_.bytes_done;
    return goes && failed_.ok();
  };
  const auto watch = [this](std::uint64_t) { return failed_.ok() && !stop_.requested(); };
  store::Writer& writer = check ? copy_.writer : source_.writer;
  auto expired =
      writer.Expire(piece.selection, test, check ? std::string(kSeenAgain) : rule_, watch);
  // The numbers of the next piece go on behind all of this one, also where the source ended before.
  for (; !check && failed_.ok() && cursor.Row() != nullptr; cursor.Advance())
    number_ += cursor.Row()->passes ? 1 : 0;
  return expired;
}

// Of a row of the copy: was it seen again?
bool Removal::GoesFromCopy(const store::Row& row, const Part::Piece& piece, RowCursor& source) {
  if (piece.test && !piece.test(row)) return false;
  ++number_;
  const std::string key = store::RowKeyOf(row.tuple);
  while (source.Row() != nullptr && source.Row()->key < key) source.Advance();
  const bool there = source.Row() != nullptr && source.Row()->key == key;
  const bool same = there && IsSame(row.history, source.Row()->history);
  if (number_ <= done_.rows_before) {
    if (same) failed_ = ThereAgain();
    return false;
  }
  if (!there) failed_ = Missing();
  return there && !same;
}

// Of a row of the source: is it one of the copy that did not go yet?
bool Removal::GoesFromSource(const store::Row& row, RowCursor& copy) {
  const std::string key = store::RowKeyOf(row.tuple);
  for (; copy.Row() != nullptr && copy.Row()->key < key; copy.Advance())
    number_ += copy.Row()->passes ? 1 : 0;
  if (copy.Row() == nullptr || copy.Row()->key != key || !copy.Row()->passes) return false;
  // It is numbered when the cursor moves on, which it does for the next row of the source.
  return number_ >= done_.rows_before && IsSame(copy.Row()->history, row.history);
}

Status Removal::Missing() const {
  return Status::Usage(
      fmt::format("{}: rows that were copied to {} are there no longer; something else removed "
                  "them, so nothing tells which of its rows are new: those that are in both may be "
                  "removed by pdns-admin expire",
                  source_.name, copy_.name));
}

Status Removal::ThereAgain() const {
  return Status::Usage(
      fmt::format("{}: rows that went to {} are there again, as they were; if they were merged "
                  "back, split into a new database",
                  source_.name, copy_.name));
}

}  // namespace pdns::admin
