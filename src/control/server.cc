#include "control/server.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>

#include "base/log.h"
#include "frame/control.h"

namespace pdns::control {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// As long as WaitingClients waits for a line.
constexpr milliseconds kSilence(10'000);
constexpr milliseconds kBetweenReports(250);

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
    // Nothing blocks here: a client that does not read must not keep the end waiting. So the wait
    // is by steps, and the stop is looked at in between.
    if (errno != EAGAIN && errno != EINTR) return false;
    constexpr int kLook = 100;  // ms
    pollfd writable{fd, POLLOUT, 0};
    poll(&writable, 1, kLook);
    if ((stop != nullptr && stop->requested()) || Clock::now() > until) return false;
  }
  return true;
}

// POLLHUP and POLLERR come without being asked for (poll(2)), and POLLHUP only when both directions
// are shut.
bool HungUp(int fd) {
  pollfd look{fd, 0, 0};  // a client that only shut its side down still listens
  return poll(&look, 1, 0) > 0 && (look.revents & (POLLHUP | POLLERR)) != 0;
}

struct Bound {
  std::size_t most;
  const char* what;
};

Bound BoundOf(Request::Operation operation) {
  if (operation == Request::Operation::kTap) return {Server::kMostTaps, " taps are open"};
  if (operation == Request::Operation::kAdmin)
    return {Server::kMostAdmin, " admin command is at work"};
  return {Server::kMostBackfills, " backfills are at work or wait"};
}

// For the log.
std::string NameOf(const Request& request) {
  if (request.operation == Request::Operation::kAdmin) return "admin command " + request.command;
  return "backfill of " + std::to_string(request.paths.size()) +
         (request.paths.size() == 1 ? " path" : " paths");
}

}  // namespace

Server::Server(net::ListeningSocket socket, Services services)
    : socket_(std::move(socket)), services_(std::move(services)) {
  thread_ = std::thread([this] { Run(); });
}

Server::~Server() { End(false); }

std::optional<net::ListeningSocket> Server::End(bool keep) {
  // In this order. First no more clients, so that no session begins any more; then, without `keep`,
  // no socket, so that whoever comes now finds none; only then the work ends, whose clients may ask
  // again at once.
  closing_.Request();
  if (thread_.joinable()) thread_.join();
  if (!keep) socket_.reset();
  stop_.Request();
  for (Session& session : sessions_) session.thread.join();
  sessions_.clear();
  return std::exchange(socket_, std::nullopt);
}

void Server::Run() {
  constexpr milliseconds kLook(1000);
  const auto begin = [this](net::Descriptor client, const std::string& line) {
    Begin(std::move(client), line);
  };
  while (!closing_.requested()) {
    Sweep();
    lobby_.Turn(socket_->fd(), closing_, kLook, begin);
  }
  // Who has said something by now gets a word; who has not asks the next ingester.
  lobby_.Turn(-1, stop_, milliseconds(0), begin);
  // Closes the others, before the socket is given away or closed.
  lobby_ = {};
}

void Server::Begin(net::Descriptor client, const std::string& line) {
  if (line.size() > kLongestLine) {
    return Refuse(std::move(client),
                  Status::Usage("control socket: a request is a line of at most " +
                                std::to_string(kLongestLine) + " bytes, and this one is longer"));
  }
  auto request = ParseRequest(line);
  if (!request.ok()) {
    return Refuse(std::move(client),
                  Status::Usage("control socket: " + request.status().message()));
  }
  // The kernel tells who the client is (SO_PEERCRED, unix(7)), not the request.
  const net::Peer peer = net::PeerOf(client.get());
  if (Status judged = Judge(services_.rules, *request, peer); !judged.ok()) {
    if (judged.code() == Code::kDenied) denied_.Warning(judged.message());
    return Refuse(std::move(client), judged);
  }
  const Operation operation = request->operation;
  if (operation == Operation::kStatus)
    return lobby_.Answer(std::move(client), services_.status() + "\n");
  if (operation == Operation::kAdmin && !services_.admin)
    return Refuse(std::move(client), Status::Usage("this ingester runs no admin commands"));
  // Each session costs threads and, for a tap, a buffer: hence a bound of each kind, with a word
  // for one more, so that a client knows that a later try may do.
  const Bound bound = BoundOf(operation);
  if (CountOf(operation) >= bound.most) {
    return Refuse(std::move(client),
                  Status::Busy("control socket: " + std::to_string(bound.most) + bound.what +
                               ", which is the limit: end one, or try again later"));
  }
  if (operation != Operation::kTap) {
    LogInfo(NameOf(*request) + ", asked for by user " +
            (peer.user.has_value() ? std::to_string(*peer.user) : "unknown"));
  }
  Spawn(std::move(client), std::move(*request));
}

void Server::Refuse(net::Descriptor client, const Status& why) {
  Reply refusal;
  refusal.error = why;
  lobby_.Answer(std::move(client), ToLine(refusal));
}

void Server::Spawn(net::Descriptor client, Request request) {
  // A list: the thread has a reference to its session while others come and go.
  Session& made = sessions_.emplace_back();
  made.operation = request.operation;
  made.thread = std::thread([this, &made, fd = std::move(client), request = std::move(request)] {
    if (request.operation == Operation::kTap) {
      ServeTap(fd.get());
    } else {
      ServeWork(fd.get(), request);
    }
    made.done = true;
  });
}

// Those that have not ended. The connection is closed behind that: who sees it closed finds room.
std::size_t Server::CountOf(Operation operation) const {
  return static_cast<std::size_t>(
      std::count_if(sessions_.begin(), sessions_.end(), [operation](const Session& session) {
        return session.operation == operation && !session.done;
      }));
}

void Server::Sweep() {
  for (auto it = sessions_.begin(); it != sessions_.end();) {
    // Does not wait: `done` is the last thing that the thread does.
    if (it->done) it->thread.join();
    it = it->done ? sessions_.erase(it) : std::next(it);
  }
}

// The client's going ends the work: who pressed Ctrl-C there wanted that.
void Server::ServeWork(int fd, const Request& request) {
  const bool files = request.operation == Operation::kBackfill;
  const Services::Work& work = files ? services_.backfill : services_.admin;
  Stop job;
  source::Progress progress;
  std::atomic<bool> done{false};
  std::optional<Result<Reply::Report>> result;
  // A thread of its own, as the work knows nothing of the client: this one shows progress and
  // watches whether anybody still waits for it.
  std::thread worker([&] {
    result.emplace(work(request, job, progress));
    done = true;
  });
  while (!done) {
    std::this_thread::sleep_for(kBetweenReports);
    Reply reply;
    reply.progress = ProgressMade{progress.bytes_total, progress.bytes_done, progress.frames};
    // Once asked to end, the work is waited for and the client is told no more.
    if (!job.requested() &&
        (stop_.requested() || HungUp(fd) || !SendAll(fd, ToLine(reply), &stop_))) {
      job.Request();
    }
  }
  worker.join();
  Reply reply;
  if (result->ok()) {
    reply.report = std::move(**result);
    // Perhaps the work was done before the stop: to ask again is harmless, since what was taken is
    // not taken twice, and what was removed is not there to be removed.
    reply.report->again = stop_.requested();
  } else {
    reply.error = result->status();
  }
  SendAll(fd, ToLine(reply), nullptr);
}

void Server::ServeTap(int fd) {
  const auto tap = services_.taps->Join();
  bool open = SendAll(fd, ToLine(Reply{}), &stop_) &&
              SendAll(fd, frame::EncodeControl(frame::ControlType::kStart), &stop_);
  // Read returns within that time, with or without frames, so that a client that is gone and the
  // stop are seen while no frame comes.
  while (open && !stop_.requested())
    open = SendAll(fd, tap->Read(kBetweenReports), &stop_) && !HungUp(fd);
  // By STOP the client can tell an end from an ingester that died.
  if (open) SendAll(fd, frame::EncodeControl(frame::ControlType::kStop), nullptr);
}

}  // namespace pdns::control
