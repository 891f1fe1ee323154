#include "admin/ledger.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "json/utf8.h"
#include "json/writer.h"

namespace pdns::admin {
namespace {

constexpr std::string_view kRow = "{:<35} {:>14} {:>18}{}\n";

std::string_view StateOf(const record::SourcePosition& row) {
  if (row.id.IsDatabase()) return row.position.broken ? "  database, in part" : "  database";
  return row.position.broken ? "  broken behind" : "";
}

void AppendRow(json::Writer& json, const record::SourcePosition& row) {
  json.BeginObject();
  json.Text("id", ToHex(row.id.first_frame));
  if (row.id.IsDatabase()) {
    json.Bool("database", true);
  } else {
    json.Number("variant", row.id.variant);
  }
  json.Number("frames", row.position.frames);
  json.Number("bytes", row.position.bytes);
  json.Bool("broken", row.position.broken);
  json.EndObject();
}

std::string_view NameOf(CaptureState::State state) {
  using State = CaptureState::State;
  switch (state) {
    case State::kWhole:
      return "whole";
    case State::kPart:
      return "part";
    case State::kNone:
      return "not taken";
    case State::kEmpty:
      return "no frames";
    case State::kUnreadable:
      return "unreadable";
    case State::kUnknown:
      return "not looked at";
  }
  return "";
}

}  // namespace

std::string SourceName(const record::SourceId& id) {
  constexpr std::size_t kShown = 16;  // bytes, as source::Report::id has them
  const std::string name = ToHex(Bytes(id.first_frame).first(kShown));
  return id.variant == 0 || id.IsDatabase() ? name : fmt::format("{}.{}", name, id.variant);
}

LedgerEnd PrintLedger(store::Snapshot& snapshot, bool json, const store::Watch& watch,
                      const Output& output) {
  LedgerEnd end;
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
  std::uint64_t captures = 0;
  bool unread =
      !output(json ? R"({"captures":[)" : fmt::format(kRow, "capture", "frames", "bytes", ""));
  json::Writer row;
  const auto each = [&](const record::SourcePosition& one) {
    const record::Position& position = one.position;
    if (!one.id.IsDatabase()) {
      frames += position.frames;
      bytes += position.bytes;
      ++captures;
    }
    if (json) {
      row.Clear();
      AppendRow(row, one);
      unread = !output(fmt::format("{}{}", end.captures > 0 ? "," : "", row.text()));
    } else {
      unread = !output(
          fmt::format(kRow, SourceName(one.id), position.frames, position.bytes, StateOf(one)));
    }
    ++end.captures;
    return !unread;
  };
  store::Scanned scanned;
  if (!unread) scanned = snapshot.ScanLedger(each, watch);
  end.status = scanned.status;
  end.whole = !unread && end.status.ok() && !scanned.stopped;
  const std::string_view form = json ? R"(],"taken":{},"frames":{},"bytes":{},"complete":{}}})"
                                       "\n"
                                     : "{} captures, {} frames, {} bytes\n";
  output(json ? fmt::format(fmt::runtime(form), captures, frames, bytes, end.whole)
              : fmt::format(fmt::runtime(form), captures, frames, bytes));
  return end;
}

std::string CapturesText(const std::vector<CaptureState>& captures) {
  std::size_t width = 0;
  constexpr std::size_t kWidest = 60;
  for (const CaptureState& one : captures) width = std::max(width, Printable(one.path).size());
  width = std::min(width, kWidest);
  std::string text;
  for (const CaptureState& one : captures) {
    text += fmt::format("{:<{}}  {:<13}", Printable(one.path), width, NameOf(one.state));
    if (one.id.has_value()) {
      text += fmt::format("  {:>12} of {:>12} frames", one.taken, one.frames);
      if (one.taken > 0) text += "  " + SourceName(*one.id);
    }
    text += one.reason.empty() ? "\n" : "  " + Printable(one.reason) + "\n";
  }
  return text;
}

std::string CapturesJson(const std::vector<CaptureState>& captures) {
  json::Writer json;
  json.BeginObject();
  json.BeginArray("captures");
  for (const CaptureState& one : captures) {
    json.BeginObject();
    json.Text("path", json::ValidUtf8(one.path));
    json.Text("state", NameOf(one.state));
    if (one.id.has_value()) {
      json.Text("id", ToHex(one.id->first_frame));
      json.Number("variant", one.id->variant);
      json.Number("taken", one.taken);
      json.Number("frames", one.frames);
    }
    if (!one.reason.empty()) json.Text("reason", json::ValidUtf8(one.reason));
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  json.EndLine();
  return std::string(json.text());
}

}  // namespace pdns::admin
