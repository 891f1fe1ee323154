#include "query/answer_cursor.h"

#include <chrono>

#include "base/bytes.h"
#include "query/quote.h"
#include "store/key.h"

namespace pdns::query {
namespace {

constexpr std::uint8_t kVersion = 1;

enum Flags : std::uint8_t { kNone = 0, kCut = 1 };

std::uint64_t Seconds(std::chrono::sys_seconds time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

// Ties what the cursor says to what was asked, and shows a slip of the hand in either.
std::uint64_t Seal(std::string_view body, std::string_view asked) {
  std::string all;
  AppendVarint(all, body.size());
  all.append(body).append(asked);
  return Hash64(AsBytes(all), 0);
}

AnswerCursor ReadBody(Cursor& body) {
  AnswerCursor cursor;
  if (body.U8() != kVersion) body.Fail();
  const std::uint8_t flags = body.U8();
  if (flags > kCut) body.Fail();
  cursor.number = body.Varint();
  cursor.place.question = body.Varint();
  cursor.place.at = body.Varint();
  if (flags == kCut) {
    Digest digest{};
    const Bytes bytes = body.Take(digest.size());
    std::copy(bytes.begin(), bytes.end(), digest.begin());
    cursor.digest = digest;
  }
  cursor.place.key = AsText(body.Take(body.left()));
  if (cursor.place.key.empty() || cursor.place.key.size() > AnswerCursor::kMostKey) body.Fail();
  return cursor;
}

}  // namespace

void AnswerCursor::MoveTo(const Hit& hit, std::optional<SortBy> by) {
  place.question = hit.place.question;
  place.key = hit.place.key.substr(0, kMostKey);
  place.at = hit.place.at;
  digest.reset();
  if (hit.place.key.size() > kMostKey) digest = Hash128(AsBytes(hit.place.key));
  number = 0;
  if (by == SortBy::kFirst) number = Seconds(hit.sighting.first);
  if (by == SortBy::kLast) number = Seconds(hit.sighting.last);
  if (by == SortBy::kCount) number = hit.sighting.count;
}

std::string CursorToText(const AnswerCursor& cursor, std::string_view asked) {
  std::string body{static_cast<char>(kVersion),
                   static_cast<char>(cursor.digest.has_value() ? kCut : kNone)};
  AppendVarint(body, cursor.number);
  AppendVarint(body, cursor.place.question);
  AppendVarint(body, cursor.place.at);
  if (cursor.digest.has_value()) AppendBytes(body, *cursor.digest);
  body += cursor.place.key;
  std::string sealed;
  AppendU64(sealed, Seal(body, asked));
  return ToHex(AsBytes(sealed + body));
}

Result<AnswerCursor> CursorFromText(std::string_view text, std::string_view asked) {
  const auto bytes = FromHex(text);
  if (!bytes.has_value()) return Status::Usage("--cursor: " + Quoted(text) + " is no cursor");
  Cursor cursor(AsBytes(*bytes));
  const std::uint64_t seal = cursor.U64();
  const Bytes rest = cursor.Take(cursor.left());
  Cursor body(rest);
  AnswerCursor read = ReadBody(body);
  if (!cursor.ok() || !body.ok()) {
    return Status::Usage("--cursor: " + Quoted(text) + " is no cursor");
  }
  if (seal != Seal(AsText(rest), asked)) {
    return Status::Usage(
        "--cursor: it belongs to another question, or was changed: give the same names, filters "
        "and "
        "order as when the answer was cut");
  }
  return read;
}

Result<CursorHit> Recall(store::Reader& reader, store::Index index, const AnswerCursor& cursor) {
  const std::string& begin = cursor.place.key;
  store::ScanPlan plan{index, {}, begin, {}};
  plan.range =
      cursor.digest.has_value() ? store::PrefixRange(begin) : store::KeyRange{begin, begin + '\0'};
  std::optional<CursorHit> found;
  const Status status = reader.Scan(plan, [&](const store::Row& row) {
    if (cursor.digest.has_value() && Hash128(AsBytes(row.key)) != *cursor.digest) return true;
    found.emplace();
    found->place = cursor.place;
    found->place.key = row.key;
    found->tuple = {record::Name::FromWire(row.tuple.owner).value_or(record::Name()),
                    row.tuple.type, std::string(AsText(row.tuple.rdata))};
    return false;
  });
  if (!status.ok()) return status;
  if (!found.has_value())
    return Status::Usage("--cursor: where it stands, this database has nothing: ask without it");
  found->sighting.first = std::chrono::sys_seconds(std::chrono::seconds(cursor.number));
  found->sighting.last = found->sighting.first;
  found->sighting.count = cursor.number;
  return std::move(*found);
}

}  // namespace pdns::query
