#include "control/client.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "base/wait.h"
#include "net/endpoint.h"

namespace pdns::control {

Result<std::optional<Client>> Client::Connect(const std::string& path) {
  auto socket = net::Connect({net::Endpoint::Kind::kUnix, path, false});
  if (socket.ok()) return std::optional(Client(std::move(*socket)));
  // No socket, or one that nobody listens on: the caller may open the database itself. Any other
  // failure may hide an ingester that has it.
  if (socket.status().code() == Code::kNoInput) return std::optional<Client>();
  return socket.status();
}

Result<Client> Client::ConnectAgain(const std::string& path, const Stop& stop) {
  constexpr int kTries = 300;
  constexpr std::chrono::milliseconds kPause(100);
  for (int i = 0; i < kTries && !stop.requested(); ++i) {
    auto client = Connect(path);
    if (!client.ok()) return client.status();
    if (client->has_value()) return std::move(**client);
    if (WaitForStop(stop, kPause)) break;
  }
  return Status::Io("the live ingester went away; what was done is stored, run this again");
}

Status Client::Send(const Request& request, const Stop& stop) {
  const std::string line = ToLine(request);
  if (line.size() > kLongestLine || request.paths.size() > kMostPaths)
    return Status::Usage("too many paths for a live ingester at once: name their folder");
  for (std::size_t at = 0; at < line.size();) {
    // A frozen ingester reads nothing: a request that fills the socket would hold a blocking send.
    if (WaitFor(socket_.get(), POLLOUT, stop) == Woken::kStopped) return Status::Io("interrupted");
    // MSG_NOSIGNAL: an ingester that goes must give EPIPE here, and not end the process (send(2)).
    const ssize_t sent =
        send(socket_.get(), line.data() + at, line.size() - at, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    gone_ = sent < 0 && errno == EPIPE;
    if (sent < 0) return Status::Errno("the live ingester cannot be asked", errno);
    at += static_cast<std::size_t>(sent);
  }
  return {};
}

Result<std::string> Client::ReadLine(const Stop& stop, std::size_t longest) {
  std::size_t seen = 0;
  while (true) {
    // From where the last look ended: a report of many MiB comes in pieces, and is searched once.
    if (const auto end = held_.find('\n', seen); end != std::string::npos) {
      std::string line = held_.substr(0, end);
      held_.erase(0, end + 1);
      return line;
    }
    seen = held_.size();
    // The bound is on what is held without an end, so a piece more than `longest` may be held.
    if (seen > longest) return Status::Io("the live ingester's reply has no end");
    if (WaitFor(socket_.get(), POLLIN, stop) == Woken::kStopped) return Status::Io("interrupted");
    std::array<char, 65536> some;
    const ssize_t got = recv(socket_.get(), some.data(), some.size(), MSG_DONTWAIT);
    // A descriptor that poll(2) calls readable may still have nothing: hence MSG_DONTWAIT, or the
    // stop would not be heard.
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    gone_ = got <= 0;
    if (gone_) return Status::Io("the live ingester went away");
    held_.append(some.data(), static_cast<std::size_t>(got));
  }
}

std::optional<std::size_t> Client::Read(std::span<std::uint8_t> into, const Stop& stop) {
  if (!held_.empty()) {
    const std::size_t n = std::min(into.size(), held_.size());
    std::memcpy(into.data(), held_.data(), n);
    held_.erase(0, n);
    return n;
  }
  while (WaitFor(socket_.get(), POLLIN, stop) == Woken::kReady) {
    const ssize_t got = recv(socket_.get(), into.data(), into.size(), MSG_DONTWAIT);
    if (got >= 0) return static_cast<std::size_t>(got);
    // So ends a stream whose other end closed with something of ours unread: it is an end as any
    // other.
    if (errno == ECONNRESET) return 0;
    if (errno != EINTR && errno != EAGAIN) return std::nullopt;
  }
  return 0;
}

Result<Reply::Report> Backfill(Client& client, const Request& request, const Stop& stop,
                               source::Progress& progress) {
  if (Status sent = client.Send(request, stop); !sent.ok()) return sent;
  while (true) {
    const auto line = client.ReadLine(stop);
    if (!line.ok()) return line.status();
    auto reply = ParseReply(*line);
    if (!reply.ok()) return reply.status();
    if (!reply->error.ok()) return reply->error;
    if (reply->report.has_value()) return *reply->report;
    // {"ok":true} says nothing here; a later version may say more with it.
    if (!reply->progress.has_value()) continue;
    progress.bytes_total = reply->progress->bytes_total;
    progress.bytes_done = reply->progress->bytes_done;
    progress.frames = reply->progress->frames;
  }
}

}  // namespace pdns::control
