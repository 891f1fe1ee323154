#include "control/message.h"

#include <array>

#include "dnstap/decode.h"
#include "json/value.h"
#include "json/writer.h"

namespace pdns::control {
namespace {

using Operation = Request::Operation;
// By the number of Request::Operation.
constexpr std::array<std::string_view, 4> kOperations{"backfill", "tap", "status", "admin"};
// As many as source::Untrusted has.
constexpr unsigned kUntrustedWays = 3;

bool IsTrue(const json::Value& object, std::string_view key) {
  const json::Value* const value = object.Find(key);
  return value != nullptr && value->IsTrue();
}

// An object, nested as deeply as json::Limits allows.
std::optional<json::Value> ParseObject(std::string_view line, std::size_t longest) {
  // Before it is parsed: json::Parse bounds depth and values, not bytes.
  if (line.size() > longest) return std::nullopt;
  auto document = json::Parse(line);
  if (!document.ok() || !document->IsObject()) return std::nullopt;
  return std::move(*document);
}

// The code whose exit code it is. The wire has exit codes, which are documented and stay; the
// numbers of Code are this program's own. One that is not known is a failure of no special kind.
Code CodeOf(std::uint64_t exit_code) {
  for (const Code code : {Code::kCorrupt, Code::kUsage, Code::kNoInput, Code::kDenied}) {
    if (static_cast<std::uint64_t>(ExitCode(code)) == exit_code) return code;
  }
  return Code::kIo;
}

Status ReadPolicy(const json::Value& object, Request& request) {
  if (object.Find("accepted") != nullptr) {
    const std::uint64_t accepted = object.NumberOf("accepted").value_or(0);
    // Also what is no number: it reads as 0 here. A request that is not understood must not be
    // taken as one that asks for less.
    if (accepted == 0 || accepted >> record::kMessageTypes != 0)
      return Status::Malformed("a backfill accepts what is no set of types");
    request.accepted = static_cast<dnstap::TypeSet>(accepted);
  }
  if (object.Find("untrusted") != nullptr) {
    const std::uint64_t untrusted = object.NumberOf("untrusted").value_or(kUntrustedWays);
    if (untrusted >= kUntrustedWays)
      return Status::Malformed("a backfill does with the untrusted what nobody does");
    request.untrusted = static_cast<source::Untrusted>(untrusted);
  }
  return {};
}

Status ReadBackfill(const json::Value& object, Request& request) {
  const json::Value* const value = object.Find("paths");
  const json::Value::Elements* const paths = value == nullptr ? nullptr : value->AsArray();
  if (paths == nullptr || paths->empty()) return Status::Malformed("a backfill names its paths");
  for (const json::Value& path : *paths) {
    const std::string_view text = path.AsText().value_or("");
    // The ingester may have another working directory than its client.
    if (!text.starts_with('/')) return Status::Malformed("a path of a backfill is absolute");
    // open(2) would end the path there: what is opened would not be what was judged and logged.
    if (text.find('\0') != std::string_view::npos)
      return Status::Malformed("a path of a backfill holds a zero byte");
    request.paths.emplace_back(text);
  }
  return ReadPolicy(object, request);
}

bool IsCommand(std::string_view name) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz-";
  return !name.empty() && name.size() <= kLongestCommand &&
         name.find_first_not_of(kLetters) == std::string_view::npos;
}

// An option and its value, of which no byte is 00: what a program could not be given on its command
// line does not come by this way, either.
std::optional<std::pair<std::string, std::string>> ReadOption(const json::Value& value) {
  const json::Value::Elements* const pair = value.AsArray();
  if (pair == nullptr || pair->size() != 2) return std::nullopt;
  const auto name = (*pair)[0].AsText();
  const auto text = (*pair)[1].AsText();
  if (!name.has_value() || !text.has_value() || name->empty()) return std::nullopt;
  for (const std::string_view part : {*name, *text})
    if (part.find('\0') != std::string_view::npos) return std::nullopt;
  return std::pair(std::string(*name), std::string(*text));
}

Status ReadAdmin(const json::Value& object, Request& request) {
  request.command = object.TextOf("command").value_or("");
  if (!IsCommand(request.command)) return Status::Malformed("an admin request names its command");
  const json::Value* const value = object.Find("options");
  const json::Value::Elements* const options = value == nullptr ? nullptr : value->AsArray();
  if (options == nullptr || options->size() > kMostOptions)
    return Status::Malformed("an admin request has a list of options, 1000 at most");
  for (const json::Value& one : *options) {
    auto option = ReadOption(one);
    if (!option.has_value())
      return Status::Malformed("an option of an admin request is a name and a value");
    request.options.push_back(std::move(*option));
  }
  return {};
}

Reply::Report ReadReport(const json::Value& object) {
  constexpr std::uint64_t kExitCodes = 256;
  // An exit status has 8 bits (wait(2)).
  return {static_cast<int>(object.NumberOf("exit").value_or(0) % kExitCodes),
          std::string(object.TextOf("text").value_or("")),
          std::string(object.TextOf("report").value_or("")), IsTrue(object, "again")};
}

}  // namespace

// A path is bytes: json::Writer writes them as they are, and both ends take them so.
std::string ToLine(const Request& request) {
  json::Writer json;
  json.BeginObject();
  json.Text("op", kOperations.at(static_cast<std::size_t>(request.operation)));
  if (request.operation == Operation::kBackfill) {
    json.BeginArray("paths");
    for (const std::string& path : request.paths) json.Text(path);
    json.EndArray();
    if (request.accepted.has_value()) json.Number("accepted", *request.accepted);
    if (request.untrusted.has_value())
      json.Number("untrusted", static_cast<std::uint64_t>(*request.untrusted));
  }
  if (request.operation == Operation::kAdmin) {
    json.Text("command", request.command);
    json.BeginArray("options");
    for (const auto& [name, value] : request.options) {
      json.BeginArray();
      json.Text(name);
      json.Text(value);
      json.EndArray();
    }
    json.EndArray();
  }
  json.EndObject();
  json.EndLine();
  return std::string(json.text());
}

std::string ToLine(const Reply& reply) {
  json::Writer json;
  json.BeginObject();
  if (reply.progress.has_value()) {
    json.BeginObject("progress");
    json.Number("bytes_total", reply.progress->bytes_total);
    json.Number("bytes_done", reply.progress->bytes_done);
    json.Number("frames", reply.progress->frames);
    json.EndObject();
  } else if (reply.report.has_value()) {
    json.Number("exit", static_cast<std::uint64_t>(reply.report->exit_code));
    json.Text("text", reply.report->text);
    json.Text("report", reply.report->json);
    json.Bool("again", reply.report->again);
  } else if (!reply.error.ok()) {
    json.Text("error", reply.error.message());
    json.Number("code", static_cast<std::uint64_t>(ExitCode(reply.error.code())));
    if (reply.error.code() == Code::kBusy) json.Bool("busy", true);
  } else {
    json.Bool("ok", true);
  }
  json.EndObject();
  json.EndLine();
  return std::string(json.text());
}

Result<Request> ParseRequest(std::string_view line) {
  const auto document = ParseObject(line, kLongestLine);
  if (!document.has_value()) return Status::Malformed("no JSON object on one line");
  const std::string_view operation = document->TextOf("op").value_or("");
  Request request;
  // Members that are not known are passed over, so that a newer client can say more; an operation
  // that is not known is refused.
  for (std::size_t i = 0; i < kOperations.size(); ++i) {
    if (operation != kOperations[i]) continue;
    request.operation = static_cast<Operation>(i);
    Status read;
    if (request.operation == Operation::kBackfill) read = ReadBackfill(*document, request);
    if (request.operation == Operation::kAdmin) read = ReadAdmin(*document, request);
    if (!read.ok()) return read;
    return request;
  }
  return Status::Malformed("op is neither backfill, tap, status nor admin");
}

Result<Reply> ParseReply(std::string_view line) {
  const auto document = ParseObject(line, kLongestReply);
  if (!document.has_value()) return Status::Malformed("no JSON object on one line");
  Reply reply;
  // Told apart by what they have, in this order: a report has "exit" and "report", an error no
  // "report".
  const json::Value* const progress = document->Find("progress");
  if (progress != nullptr && progress->IsObject()) {
    reply.progress = ProgressMade{progress->NumberOf("bytes_total").value_or(0),
                                  progress->NumberOf("bytes_done").value_or(0),
                                  progress->NumberOf("frames").value_or(0)};
  } else if (document->Find("report") != nullptr) {
    reply.report = ReadReport(*document);
  } else if (document->Find("error") != nullptr) {
    const Code code =
        IsTrue(*document, "busy") ? Code::kBusy : CodeOf(document->NumberOf("code").value_or(0));
    reply.error = Status(code, std::string(document->TextOf("error").value_or("")));
  } else if (!IsTrue(*document, "ok")) {
    return Status::Malformed("no reply of a control socket");
  }
  return reply;
}

}  // namespace pdns::control
