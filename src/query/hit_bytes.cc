#include "query/hit_bytes.h"

#include "record/name.h"

namespace pdns::query {
namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;

// Times may lie before 1970 in a database that others wrote: as they are, in 64 bits.
void AppendTime(std::string& out, sys_seconds time) {
  AppendVarint(out, static_cast<std::uint64_t>(time.time_since_epoch().count()));
}

sys_seconds ReadTime(Cursor& cursor) {
  return sys_seconds(std::chrono::seconds(static_cast<std::int64_t>(cursor.Varint())));
}

void AppendDay(std::string& out, sys_days day) {
  AppendVarint(out, static_cast<std::uint64_t>(std::int64_t{day.time_since_epoch().count()}));
}

sys_days ReadDay(Cursor& cursor) {
  const auto days = static_cast<std::int64_t>(cursor.Varint());
  return sys_days(std::chrono::days(static_cast<std::chrono::days::rep>(days)));
}

void AppendHistory(std::string& out, const record::History& history) {
  AppendTime(out, history.first);
  AppendTime(out, history.last);
  AppendVarint(out, history.count);
  out.push_back(static_cast<char>(history.bailiwick.rank()));
  out.push_back(static_cast<char>(history.reasons));
  AppendVarint(out, history.sensors);
  out.push_back(static_cast<char>(history.days));
  if (history.days != record::DayForm::kRuns) return;
  AppendVarint(out, history.runs.size());
  for (const record::DayRun& run : history.runs) {
    AppendDay(out, run.first);
    AppendDay(out, run.last);
  }
}

record::History ReadHistory(Cursor& cursor) {
  record::History history;
  history.first = ReadTime(cursor);
  history.last = ReadTime(cursor);
  history.count = cursor.Varint();
  const auto bailiwick = record::Bailiwick::OfRank(cursor.U8());
  if (!bailiwick.has_value()) cursor.Fail();
  history.bailiwick = bailiwick.value_or(record::Bailiwick());
  history.reasons = cursor.U8();
  history.sensors = cursor.Varint();
  history.days = static_cast<record::DayForm>(cursor.U8());
  if (history.days > record::DayForm::kRuns) cursor.Fail();
  if (history.days != record::DayForm::kRuns) return history;
  for (std::uint64_t runs = cursor.Varint(); runs > 0 && cursor.ok(); --runs) {
    const sys_days first = ReadDay(cursor);
    history.runs.push_back({first, ReadDay(cursor)});
  }
  return history;
}

void AppendPlace(std::string& out, const Place& place) {
  AppendVarint(out, place.question);
  out.push_back(static_cast<char>(place.side));
  AppendVarint(out, place.at.size());
  out += place.at;
}

Place ReadPlace(Cursor& cursor) {
  Place place;
  place.question = cursor.Varint();
  place.side = static_cast<store::Side>(cursor.U8());
  place.at = AsText(cursor.Read(cursor.Varint()));
  return place;
}

void AppendMark(std::string& out, const std::optional<NewMark>& mark) {
  out.push_back(static_cast<char>(mark.has_value() ? mark->kind : store::NewKind{}));
  if (!mark.has_value()) return;
  AppendVarint(out, mark->sequence);
  AppendTime(out, mark->committed);
}

std::optional<NewMark> ReadMark(Cursor& cursor) {
  NewMark mark;
  mark.kind = static_cast<store::NewKind>(cursor.U8());
  if (mark.kind == store::NewKind{}) return std::nullopt;
  mark.sequence = cursor.Varint();
  mark.committed = ReadTime(cursor);
  return mark;
}

}  // namespace

void AppendHit(std::string& out, const Hit& hit) {
  AppendHistory(out, hit.history);
  AppendPlace(out, hit.place);
  AppendMark(out, hit.new_mark);
  out.push_back(static_cast<char>(hit.tuple.owner.size()));
  AppendBytes(out, hit.tuple.owner);
  AppendU16(out, static_cast<std::uint16_t>(hit.tuple.type));
  AppendBytes(out, hit.tuple.rdata);
}

Hit ReadHit(Cursor& cursor) {
  Hit hit;
  hit.history = ReadHistory(cursor);
  hit.place = ReadPlace(cursor);
  hit.new_mark = ReadMark(cursor);
  hit.tuple.owner = cursor.Read(cursor.U8());
  hit.tuple.type = static_cast<record::RrType>(cursor.U16());
  hit.tuple.rdata = cursor.Read(cursor.left());
  if (record::NameLength(hit.tuple.owner) != hit.tuple.owner.size()) cursor.Fail();
  return hit;
}

}  // namespace pdns::query
