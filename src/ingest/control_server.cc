#include "ingest/control_server.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include "base/log.h"
#include "frame/control.h"

namespace pdns::ingest {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kSilence(10'000);
constexpr milliseconds kBetweenReports(250);

// False: not before the time is up, or the stop came.
bool AwaitReadable(int fd, const Stop& stop, Clock::time_point until) {
  const auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
  std::array<pollfd, 2> fds{{{fd, POLLIN, 0}, {stop.fd(), POLLIN, 0}}};
  const int timeout = static_cast<int>(std::max<milliseconds::rep>(0, left.count()));
  return poll(fds.data(), fds.size(), timeout) > 0 && fds[0].revents != 0 && !stop.requested();
}

std::optional<std::string> ReadLine(int fd, const Stop& stop) {
  const auto until = Clock::now() + kSilence;
  std::string line;
  while (line.size() <= kLongestLine && AwaitReadable(fd, stop, until)) {
    std::array<char, 4096> some;
    const ssize_t got = recv(fd, some.data(), some.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) return std::nullopt;
    line.append(some.data(), static_cast<std::size_t>(got));
    if (const auto end = line.find('\n'); end != std::string::npos) return line.substr(0, end);
  }
  return std::nullopt;
}

// False when the client is gone, reads nothing for long, or the stop came. Without a stop: the last
// words, for which an end is not put off longer than that, however slowly they are read.
bool SendAll(int fd, std::string_view bytes, const Stop* stop) {
  auto until = Clock::now() + kSilence;
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
      if (stop != nullptr) until = Clock::now() + kSilence;
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) return false;
    constexpr int kLook = 100;  // ms
    pollfd writable{fd, POLLOUT, 0};
    poll(&writable, 1, kLook);
    if ((stop != nullptr && stop->requested()) || Clock::now() > until) return false;
  }
  return true;
}

bool HungUp(int fd) {
  pollfd look{fd, 0, 0};  // a client that only shut its side down still listens
  return poll(&look, 1, 0) > 0 && (look.revents & (POLLHUP | POLLERR)) != 0;
}

}  // namespace

ControlServer::ControlServer(net::ListeningSocket socket, Services services)
    : socket_(std::move(socket)), services_(std::move(services)) {
  thread_ = std::thread([this] { Accept(); });
}

ControlServer::~ControlServer() { End(false); }

std::optional<net::ListeningSocket> ControlServer::End(bool keep) {
  closing_.Request();
  if (thread_.joinable()) thread_.join();
  if (!keep) socket_.reset();
  stop_.Request();
  for (Client& client : clients_) client.thread.join();
  clients_.clear();
  return std::exchange(socket_, std::nullopt);
}

void ControlServer::Accept() {
  while (!closing_.requested()) {
    constexpr milliseconds kLook(1000);
    Sweep();
    if (clients_.size() >= kMostClients) {
      std::this_thread::sleep_for(kBetweenReports);
      continue;
    }
    if (!AwaitReadable(socket_->fd(), closing_, Clock::now() + kLook)) continue;
    net::Descriptor peer(accept4(socket_->fd(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!peer.valid()) {
      if (errno != EAGAIN && errno != EINTR) std::this_thread::sleep_for(kBetweenReports);
      continue;
    }
    Client& client = clients_.emplace_back();
    client.thread = std::thread([this, &client, fd = std::move(peer)] {
      Serve(fd.get());
      client.done = true;
    });
  }
}

void ControlServer::Sweep() {
  for (auto it = clients_.begin(); it != clients_.end();) {
    if (it->done) it->thread.join();
    it = it->done ? clients_.erase(it) : std::next(it);
  }
}

void ControlServer::Serve(int fd) {
  const auto line = ReadLine(fd, stop_);
  if (!line.has_value()) return;
  const auto request = ParseControlRequest(*line);
  if (!request.ok()) {
    ControlReply refusal;
    refusal.error = Status::Usage("control socket: " + request.status().message());
    SendAll(fd, ToLine(refusal), &stop_);
    return;
  }
  switch (request->operation) {
    case ControlRequest::Operation::kBackfill:
      return ServeBackfill(fd, *request);
    case ControlRequest::Operation::kTap:
      return ServeTap(fd);
    case ControlRequest::Operation::kStatus:
      SendAll(fd, services_.status() + "\n", &stop_);
      return;
  }
}

// The client's going ends the work: who pressed Ctrl-C there wanted that.
void ControlServer::ServeBackfill(int fd, const ControlRequest& request) {
  LogInfo("backfill of " + std::to_string(request.paths.size()) +
          (request.paths.size() == 1 ? " path" : " paths") + ", asked for by control");
  Stop job;
  Progress progress;
  std::atomic<bool> done{false};
  std::optional<Result<RunReport>> result;
  std::thread worker([&] {
    result.emplace(services_.backfill(request, job, progress));
    done = true;
  });
  while (!done) {
    std::this_thread::sleep_for(kBetweenReports);
    ControlReply reply;
    reply.progress = ControlProgress{progress.bytes_total, progress.bytes_done, progress.frames};
    if (!job.requested() &&
        (stop_.requested() || HungUp(fd) || !SendAll(fd, ToLine(reply), &stop_))) {
      job.Request();
    }
  }
  worker.join();
  ControlReply reply;
  if (result->ok()) {
    const RunReport& report = **result;
    reply.report = ControlReply::Report{report.NeedsAttention() ? 1 : 0, ReportText(report),
                                        ReportJson(report), stop_.requested()};
  } else {
    reply.error = result->status();
  }
  SendAll(fd, ToLine(reply), nullptr);
}

void ControlServer::ServeTap(int fd) {
  const auto tap = services_.taps->Join();
  bool open = SendAll(fd, ToLine(ControlReply{}), &stop_) &&
              SendAll(fd, frame::EncodeControl(frame::ControlType::kStart), &stop_);
  while (open && !stop_.requested())
    open = SendAll(fd, tap->Take(kBetweenReports), &stop_) && !HungUp(fd);
  if (open) SendAll(fd, frame::EncodeControl(frame::ControlType::kStop), nullptr);
}

}  // namespace pdns::ingest
