#include "store_clickhouse/write/sensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <random>

#include "base/log.h"
#include "base/whole_number.h"
#include "store_clickhouse/schema.h"
#include "store_clickhouse/write/native_block.h"

namespace pdns::store_clickhouse {
namespace {

constexpr const char* kNote = "sensors";
constexpr unsigned kTries = 8;
constexpr std::chrono::seconds kPause(30);

// The text before `end`, which goes with it; nothing if it is not there.
std::optional<std::string_view> Before(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view part = text.substr(0, at);
  text.remove_prefix(at + 1);
  return part;
}

// "number<TAB>name in hex<TAB>reasons<LF>", each a row.
std::optional<std::vector<SensorClaim>> ParseClaims(std::string_view text) {
  std::vector<SensorClaim> claims;
  while (!text.empty()) {
    const auto number = Before(text, '\t');
    const auto name = number.has_value() ? Before(text, '\t') : std::nullopt;
    const auto reasons = name.has_value() ? Before(text, '\n') : std::nullopt;
    if (!reasons.has_value()) return std::nullopt;
    const auto bytes = FromHex(*name);
    SensorClaim claim;
    if (!bytes.has_value() || !ReadWholeNumber(*number, claim.number) ||
        !ReadWholeNumber(*reasons, claim.reasons)) {
      return std::nullopt;
    }
    claim.name = *bytes;
    if (claim.number < record::kMostSensors) claims.push_back(std::move(claim));
  }
  return claims;
}

// Numbers without any claim.
std::vector<unsigned> FreeNumbers(const std::vector<SensorClaim>& claims) {
  std::vector<unsigned> numbers;
  for (unsigned number = 0; number < record::kMostSensors; ++number) {
    const auto has = [number](const SensorClaim& claim) { return claim.number == number; };
    if (std::none_of(claims.begin(), claims.end(), has)) numbers.push_back(number);
  }
  return numbers;
}

}  // namespace

Result<std::vector<SensorClaim>> ReadClaims(Client& client, const std::string& table) {
  auto answer = client.Ask(
      fmt::format("SELECT reinterpretAsUInt8(key), hex(rdata), groupBitOrMerge(reasons) FROM {} "
                  "WHERE kind = {} GROUP BY key, rdata ORDER BY key, rdata FORMAT TabSeparated",
                  table, static_cast<unsigned>(RowKind::kSensor)));
  if (!answer.ok()) return answer.status();
  auto claims = ParseClaims(*answer);
  if (!claims.has_value())
    return Status::Malformed(client.name() + ": its answer has no names of sensors");
  return std::move(*claims);
}

SensorClaims::SensorClaims(Client& client, const Address& address, const Outbox& outbox)
    : client_(client), table_(TableOf(address)), outbox_(outbox) {}

Status SensorClaims::Load() {
  const auto note = outbox_.ReadNote(kNote);
  if (!note.ok()) return note.status();
  const auto claims = ParseClaims(note->value_or(""));
  if (!claims.has_value()) {
    return Status::Corrupt(
        fmt::format("outbox {}/{}: it is damaged: remove it, the numbers are asked for anew",
                    outbox_.directory(), kNote));
  }
  for (const SensorClaim& claim : *claims) known_[claim.name] = claim.number;
  return {};
}

Status SensorClaims::Keep() const {
  std::string text;
  for (const auto& [name, number] : known_)
    text += fmt::format("{}\t{}\t{}\n", number, ToHex(AsBytes(name)), kConfirmed);
  return outbox_.WriteNote(kNote, text);
}

Status SensorClaims::Write(unsigned number, const std::string& name, std::uint8_t reasons) {
  const std::string key(1, static_cast<char>(number));
  NativeBlock block;
  block.Add({RowKind::kSensor, key, 0, {}, name}, {0, 0, 0, reasons});
  return client_.Insert(fmt::format("INSERT INTO {} FORMAT Native", table_), {}, block.Bytes());
}

// False: another name claims it, too.
Result<bool> SensorClaims::TryNumber(unsigned number, const std::string& name) {
  if (Status written = Write(number, name, 0); !written.ok()) return written;
  const auto claims = ReadClaims(client_, table_);
  if (!claims.ok()) return claims.status();
  const bool alone = std::all_of(claims->begin(), claims->end(), [&](const SensorClaim& claim) {
    return claim.number != number || claim.name == name;
  });
  Status written = Write(number, name, alone ? kConfirmed : kGivenUp);
  if (!written.ok()) return written;
  return alone;
}

Result<unsigned> SensorClaims::Claim(const std::string& name) {
  std::random_device random;
  for (unsigned i = 0; i < kTries; ++i) {
    const auto claims = ReadClaims(client_, table_);
    if (!claims.ok()) return claims.status();
    for (const SensorClaim& claim : *claims) {
      if (claim.name == name && (claim.reasons & kConfirmed) != 0) return claim.number;
    }
    const auto numbers = FreeNumbers(*claims);
    if (numbers.empty()) return record::kOtherSensors;
    const unsigned number = numbers[i == 0 ? 0 : random() % numbers.size()];
    const auto won = TryNumber(number, name);
    if (!won.ok()) return won.status();
    if (*won) return number;
  }
  return Status::Busy(client_.name() + ": other writers claim numbers of sensors, too");
}

std::vector<record::SensorSet> SensorClaims::BitsOf(std::span<const std::string> names) {
  static const std::string kNoName;
  if (names.empty()) names = {&kNoName, 1};
  std::vector<record::SensorSet> bits;
  bool learned = false;
  for (const std::string& name : names) {
    auto found = known_.find(name);
    if (found == known_.end() && Clock::now() >= next_try_) {
      auto number = Claim(name);
      if (!number.ok()) number = Claim(name);  // an answer that was lost is no reason
      if (!number.ok()) next_try_ = Clock::now() + kPause;
      if (number.ok()) {
        found = known_.emplace(name, *number).first;
        learned = true;
      } else if (!std::exchange(told_, true)) {
        LogWarning(number.status().message() +
                   ": sensors that were not seen before are counted among the others until it is "
                   "back");
      }
    }
    bits.push_back(
        record::SensorBit(found == known_.end() ? record::kOtherSensors : found->second));
  }
  if (!learned) return bits;
  told_ = false;
  if (Status kept = Keep(); !kept.ok()) LogWarning("outbox " + kept.message());
  return bits;
}

}  // namespace pdns::store_clickhouse
