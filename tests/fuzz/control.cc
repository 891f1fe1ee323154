// A line of the control socket, from a client or from an ingester: what parses is printed, and what
// was printed parses to the same.
#include <string>

#include "check.h"
#include "control/message.h"

namespace {

// The line without its end, of which there is one.
std::string Body(const std::string& line) {
  MUST_HOLD(line.find('\n') == line.size() - 1);
  return line.substr(0, line.size() - 1);
}

void CheckRequest(const pdns::control::Request& request) {
  for (const std::string& path : request.paths) MUST_HOLD(path.starts_with('/'));
  using Operation = pdns::control::Request::Operation;
  MUST_HOLD((request.operation == Operation::kBackfill) != request.paths.empty());
  MUST_HOLD((request.operation == Operation::kAdmin) != request.command.empty());
  MUST_HOLD(request.options.size() <= pdns::control::kMostOptions);
  MUST_HOLD(request.options.empty() || request.operation == Operation::kAdmin);
  for (const auto& [name, value] : request.options)
    MUST_HOLD(!name.empty() && (name + value).find('\0') == std::string::npos);
  const std::string body = Body(ToLine(request));
  if (body.size() > pdns::control::kLongestLine) return;  // escapes made it longer
  const auto again = pdns::control::ParseRequest(body);
  MUST_HOLD(again.ok() && again->operation == request.operation && again->paths == request.paths);
  MUST_HOLD(again->accepted == request.accepted && again->untrusted == request.untrusted);
  MUST_HOLD(again->command == request.command && again->options == request.options);
}

void CheckReply(const pdns::control::Reply& reply) {
  MUST_HOLD(reply.progress.has_value() + reply.report.has_value() + !reply.error.ok() <= 1);
  if (reply.report.has_value())
    MUST_HOLD(reply.report->exit_code >= 0 && reply.report->exit_code < 256);
  const std::string line = ToLine(reply);
  const auto again = pdns::control::ParseReply(Body(line));
  MUST_HOLD(again.ok());
  MUST_HOLD(ToLine(*again) == line);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line = pdns::AsText({data, size});
  if (const auto request = pdns::control::ParseRequest(line); request.ok()) CheckRequest(*request);
  if (const auto reply = pdns::control::ParseReply(line); reply.ok()) CheckReply(*reply);
  return 0;
}
