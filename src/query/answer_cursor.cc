#include "query/answer_cursor.h"

#include <algorithm>
#include <chrono>

#include "ask/quote.h"
#include "base/bytes.h"
#include "base/hash.h"

namespace pdns::query {
namespace {

constexpr std::uint8_t kVersion = 2;
constexpr std::size_t kSealSize = 8;
constexpr std::size_t kMaxAt = 2 * record::kMaxNameLength;  // N(target)
constexpr std::size_t kDigestSize = std::tuple_size_v<Sha256Digest>;

std::uint64_t Seconds(std::chrono::sys_seconds time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

// Ties what the cursor says to what was asked, and shows a slip of the hand in either. No secret:
// who asks may go on from where they like.
std::string Seal(std::string_view body, std::string_view asked) {
  std::string all;
  AppendVarint(all, body.size());
  all.append(body).append(asked);
  const Sha256Digest digest = Sha256(AsBytes(all));
  return std::string(AsText(Bytes(digest).first(kSealSize)));
}

// As Name keeps it: another spelling of a name is no cursor of ours.
record::Name ReadOwner(Cursor& body) {
  Cursor ahead = body;
  const std::size_t size = record::NameLength(ahead.Read(ahead.left()));
  const Bytes wire = body.Read(size);
  const auto name = record::Name::FromWire(wire);
  if (!name.has_value() || !Same(name->wire(), wire)) {
    body.Fail();
    return {};
  }
  return *name;
}

AnswerCursor ReadBody(Cursor& body) {
  AnswerCursor cursor;
  if (body.U8() != kVersion) body.Fail();
  cursor.number = body.Varint();
  cursor.place.question = body.Varint();
  const std::uint64_t at = body.Varint();
  if (at > kMaxAt) body.Fail();
  store::Place& row = cursor.place.row;
  row.at = AsText(body.Read(at));
  row.owner = ReadOwner(body);
  row.type = static_cast<record::RrType>(body.U16());
  row.rdata_id = AsText(body.Read(body.left()));
  if (row.rdata_id.size() > record::kRdataIdSize) body.Fail();
  return cursor;
}

// The rdata of a row that is known by its RdataId alone: looked for among those of its owner and
// type that begin as it does.
Status FindRdata(store::Snapshot& snapshot, store::Trust trust, const store::Place& row,
                 std::string& rdata) {
  store::Selection selection;
  selection.trust = trust;
  selection.span = store::NameSpan(row.owner.wire());
  selection.types = {row.type};
  // Rdata of just these bytes comes before all longer ones, and is not the one.
  const std::string head = row.rdata_id.substr(0, record::kRdataIdSize - kDigestSize);
  selection.after = store::Place{{}, row.owner, row.type, head};
  bool found = false;
  const store::Scanned scanned = snapshot.Scan(selection, [&](const store::Row& one) {
    const std::string_view bytes = AsText(one.tuple.rdata);
    found = record::RdataId(one.tuple.rdata) == row.rdata_id;
    if (found) rdata = bytes;
    return !found && bytes.starts_with(head);
  });
  if (found) return {};
  if (!scanned.status.ok()) return scanned.status;
  return Status::Usage("the row at which the answer was cut is no longer in the database");
}

}  // namespace

void LastHit::MoveTo(const Hit& hit, std::optional<SortBy> by) {
  moved_ = true;
  question_ = hit.place.question;
  at_ = hit.place.at;
  owner_ = AsText(hit.tuple.owner);
  type_ = hit.tuple.type;
  rdata_ = AsText(hit.tuple.rdata);
  number_ = hit.new_mark.has_value() ? hit.new_mark->sequence : 0;
  if (by == SortBy::kFirst) number_ = Seconds(hit.history.first);
  if (by == SortBy::kLast) number_ = Seconds(hit.history.last);
  if (by == SortBy::kCount) number_ = hit.history.count;
}

std::optional<AnswerCursor> LastHit::cursor() const {
  if (!moved_) return std::nullopt;
  const Place place{question_, store::Side::kOwner, at_};
  return AnswerCursor{Keep(place, {AsBytes(owner_), type_, AsBytes(rdata_)}), number_};
}

std::string CursorToText(const AnswerCursor& cursor, std::string_view asked) {
  const store::Place& row = cursor.place.row;
  std::string body{static_cast<char>(kVersion)};
  AppendVarint(body, cursor.number);
  AppendVarint(body, cursor.place.question);
  AppendVarint(body, row.at.size());
  body += row.at;
  AppendBytes(body, row.owner.wire());
  AppendU16(body, static_cast<std::uint16_t>(row.type));
  body += row.rdata_id;
  return ToHex(AsBytes(Seal(body, asked) + body));
}

Result<AnswerCursor> CursorFromText(std::string_view text, std::string_view asked) {
  const auto bytes = FromHex(text);
  if (!bytes.has_value()) return Status::Usage(ask::Quoted(text) + " is no cursor");
  Cursor cursor(AsBytes(*bytes));
  const Bytes seal = cursor.Read(kSealSize);
  const Bytes rest = cursor.Read(cursor.left());
  Cursor body(rest);
  AnswerCursor read = ReadBody(body);
  if (!cursor.ok() || !body.ok()) return Status::Usage(ask::Quoted(text) + " is no cursor");
  if (AsText(seal) != Seal(AsText(rest), asked)) {
    return Status::Usage(
        "it belongs to another question, or was changed: give the same names, filters and order as "
        "when the answer was cut");
  }
  return read;
}

Result<CursorHit> Recall(store::Snapshot& snapshot, store::Trust trust, store::Side side,
                         const AnswerCursor& cursor, std::optional<SortBy> by) {
  const store::Place& row = cursor.place.row;
  CursorHit hit;
  hit.side = side;
  hit.place = cursor.place;
  hit.tuple = {row.owner, row.type, row.rdata_id};
  if (by == SortBy::kRdata && row.rdata_id.size() == record::kRdataIdSize) {
    const Status found = FindRdata(snapshot, trust, row, hit.tuple.rdata);
    if (!found.ok()) return found;
  }
  const auto seconds = static_cast<std::chrono::seconds::rep>(cursor.number);
  hit.history.first = std::chrono::sys_seconds(std::chrono::seconds(seconds));
  hit.history.last = hit.history.first;
  hit.history.count = cursor.number;
  return hit;
}

}  // namespace pdns::query
