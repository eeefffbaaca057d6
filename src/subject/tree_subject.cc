// SPDX-License-Identifier: GPL-2.0-only
#include "subject/tree_subject.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "scenario/error.h"
#include "scenario/stop.h"
#include "subject/pattern.h"
#include "subject/process.h"
#include "subject/tree_arch.h"
#include "subject/tree_byte_order.h"
#include "subject/tree_lines.h"

extern char** environ;

namespace ptecheck {
namespace fs = std::filesystem;
namespace {

// Room for a few hundred small scenarios and their outcomes, and for a few of the largest.
constexpr size_t kScenarioArea = 192 << 10;
constexpr size_t kOutcomeArea = 768 << 10;
constexpr size_t kEventRecords = 256;  // at most so many scenarios at a time, with events
// An agent watches itself (2 s without progress); this is for one that cannot even do that.
constexpr int kPatience = 20000;  // ms
// When the user asks to stop, what is being run is waited for, but not as long.
constexpr int kPatienceAtTheEnd = 1000;
constexpr int kLook = 100;  // ms, for the stop flag

constexpr size_t alignUp(size_t size, size_t to) { return (size + to - 1) / to * to; }

[[noreturn]] void internal(const std::string& what) {
  throw Error(ErrorKind::kInternal, what + ": " + std::strerror(errno) + ".");
}

}  // namespace

// A running agent process, its shared memory and its two pipes.
class TreeSubject::Agent {
 public:
  Agent(const TreeArch& arch, const fs::path& executable, bool coverage, bool events)
      : arch_(arch), executable_(executable) {
    const size_t header = alignUp(sizeof(AgentHeader), 4096);
    scenarios_at_ = header;
    outcomes_at_ = header + kScenarioArea;
    coverage_at_ = outcomes_at_ + kOutcomeArea;
    coverage_size_ = coverage ? alignUp(fs::file_size(executable), 4096) : 0;
    if (events) coverage_size_ = alignUp(kEventRecords * sizeof(EventRecord), 4096);
    size_ = coverage_at_ + coverage_size_;
    memory_ = memfd_create("ptecheck-agent", MFD_CLOEXEC);
    if (memory_ < 0 || ftruncate(memory_, off_t(size_)) != 0) internal("memfd_create");
    void* map = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, memory_, 0);
    if (map == MAP_FAILED) internal("mmap");
    base_ = static_cast<unsigned char*>(map);
    AgentHeader* h = &header_;
    h->magic = AGENT_MAGIC, h->version = AGENT_VERSION;
    h->header_size = sizeof(AgentHeader);
    h->scenario_size = sizeof(Scenario), h->outcome_size = sizeof(Outcome);
    h->scenario_offset = scenarios_at_, h->outcome_offset = outcomes_at_;
    h->coverage_offset = coverage_at_, h->coverage_size = coverage_size_;
    publish();
    start();
  }

  ~Agent() {
    stop();
    munmap(base_, size_);
    close(memory_);
  }
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  const TreeArch& arch() const { return arch_; }
  // As of the last answer, in this machine's byte order; command() makes it known to the agent.
  AgentHeader* header() { return &header_; }
  // Records are in the agent's byte order.
  Scenario* scenario(size_t i) const {
    return reinterpret_cast<Scenario*>(base_ + scenarios_at_ + i * header_.scenario_stride);
  }
  Outcome* outcome(size_t i) const {
    return reinterpret_cast<Outcome*>(base_ + outcomes_at_ + i * header_.outcome_stride);
  }
  unsigned char* coverage() const { return base_ + coverage_at_; }
  size_t coverageSize() const { return coverage_size_; }
  EventRecord& events(size_t i) const {
    return reinterpret_cast<EventRecord*>(base_ + coverage_at_)[i];
  }

  enum class Answer { kOk, kError, kDied, kSilent };

  // Sends a command and waits for its answer. After kDied or kSilent, restart() first.
  Answer command(char what) {
    publish();
    const Answer answer = ask(what);
    std::memcpy(static_cast<void*>(&header_), base_, sizeof header_);
    if (arch_.big_endian) swapBytes(header_);
    return answer;
  }

 private:
  // The host's part of the header, and how far the work is.
  void publish() {
    AgentHeader copy = header_;
    if (arch_.big_endian) swapBytes(copy);
    std::memcpy(base_, &copy, offsetof(AgentHeader, coverage_base));
    shared()->done = copy.done;
  }

  AgentHeader* shared() const { return reinterpret_cast<AgentHeader*>(base_); }

  unsigned done() const {
    const unsigned raw = *const_cast<volatile unsigned*>(&shared()->done);
    return arch_.big_endian ? swappedBytes(raw) : raw;
  }

  Answer ask(char what) {
    while (write(to_agent_, &what, 1) < 0)
      if (errno != EINTR) return Answer::kDied;
    unsigned seen = done();
    for (int waited = 0, ending = 0;;) {
      pollfd wait = {from_agent_, POLLIN, 0};
      const int ready = poll(&wait, 1, kLook);
      if (ready < 0 && errno == EINTR) continue;
      if (ready == 0) {
        if (stopRequested() && (ending += kLook) >= kPatienceAtTheEnd)
          throw stopped("waiting for an agent");
        waited += kLook;
        if (const unsigned now = done(); now != seen)
          seen = now, waited = 0;
        else if (waited >= kPatience)
          return Answer::kSilent;
        continue;
      }
      char answer = 0;
      const ssize_t got = read(from_agent_, &answer, 1);
      if (got < 0 && errno == EINTR) continue;
      if (got != 1) return Answer::kDied;
      return answer == AGENT_OK ? Answer::kOk : Answer::kError;
    }
  }

 public:
  // How the process ended: "killed by signal 11", "exited with status 1".
  std::string stop() {
    if (pid_ <= 0) return "";
    close(to_agent_);
    close(from_agent_);
    // An idle agent leaves at end-of-file; one that hangs does not, and one that died does not
    // mind.
    forgetGroup(pid_);
    const int most = stopRequested() ? 20 : 200;
    int status = 0;
    for (int tries = 0; waitpid(pid_, &status, WNOHANG) == 0; ++tries) {
      if (tries == most) kill(pid_, SIGKILL);
      usleep(tries < 20 ? 100 : 5000);
    }
    pid_ = 0;
    return WIFSIGNALED(status) ? "killed by signal " + std::to_string(WTERMSIG(status))
                               : "exited with status " + std::to_string(WEXITSTATUS(status));
  }

  std::string restart(bool kill_first) {
    if (kill_first) kill(pid_, SIGKILL);
    const std::string how = stop();
    start();
    return how;
  }

 private:
  void start() {
    int in[2], out[2];
    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) internal("pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_adddup2(&actions, memory_, memory_);  // keeps it open across exec
    const std::string descriptor = std::to_string(memory_);
    std::vector<char*> argv;
    if (*arch_.emulator) argv.push_back(const_cast<char*>(arch_.emulator));
    for (const char* argument : {executable_.c_str(), descriptor.c_str(), (const char*)nullptr})
      argv.push_back(const_cast<char*>(argument));
    const int failed = spawnInGroup(&pid_, argv[0], &actions, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    to_agent_ = in[1];
    from_agent_ = out[0];
    if (failed) {
      pid_ = 0;
      throw Error(ErrorKind::kCannotTest, "Cannot start the agent " + executable_.string() + ": " +
                                              std::strerror(failed) + ".");
    }
  }

  const TreeArch& arch_;
  AgentHeader header_ = {};
  fs::path executable_;
  int memory_ = -1;
  unsigned char* base_ = nullptr;
  size_t size_ = 0, scenarios_at_ = 0, outcomes_at_ = 0, coverage_at_ = 0, coverage_size_ = 0;
  pid_t pid_ = 0;
  int to_agent_ = -1, from_agent_ = -1;
};

TreeSubject::TreeSubject(const TreeBuild& build, AgentKind kind) : build_(build), kind_(kind) {
  std::signal(SIGPIPE, SIG_IGN);  // a dead agent is an answer, not our end
  const bool subject = kind == AgentKind::kSubject;
  agent_ = std::make_unique<Agent>(treeArch(build.arch), subject ? build.subject : build.reference,
                                   subject && build.coverage, build.events);
  checkSelfTest();
}

TreeSubject::~TreeSubject() = default;

std::string TreeSubject::name() const {
  return (kind_ == AgentKind::kSubject ? "tree " : "reference ") + build_.tree.string() + " (" +
         build_.version + ")";
}

const AgentIdentity& TreeSubject::identity() const { return agent_->header()->identity; }

void TreeSubject::checkSelfTest() {
  const Agent::Answer answer = agent_->command(AGENT_SELF_TEST);
  const AgentHeader& header = *agent_->header();
  if (answer == Agent::Answer::kOk && header.self_test == SELF_TEST_PASSED) return;
  std::string reason = header.message;
  if (answer == Agent::Answer::kDied) reason = "the agent " + agent_->stop();
  if (answer == Agent::Answer::kSilent) reason = "the agent hangs";
  throw Error(
      ErrorKind::kCannotTest,
      "Self-test failed in " + build_.tree.string() + " (" + build_.version +
          "): " + explainOutcome(build_, reason) +
          "\nNo rule was applied. This tree asserts something that ptecheck does not set up, or"
          " its code is broken for the simplest cases.");
}

// Copies as many scenarios as fit into the shared memory; at least one.
size_t TreeSubject::load(std::span<const Scenario* const> in) {
  AgentHeader& header = *agent_->header();
  size_t scenario_stride = 0, outcome_stride = 0, count = 0;
  for (; count < in.size(); ++count) {
    const Scenario& s = *in[count];
    const unsigned processes = std::clamp<unsigned>(s.processes, 1, MAX_PROCESSES);
    const unsigned pages = std::clamp<unsigned>(s.pages, 1, MAX_PAGES);
    const size_t more_in =
        std::max(scenario_stride, alignUp(scenarioBytes(processes, pages), AGENT_RECORD_ALIGN));
    const size_t more_out = std::max(
        outcome_stride, alignUp(outcomeBytes(outcomeProcesses(s), pages), AGENT_RECORD_ALIGN));
    if (more_in * (count + 1) > kScenarioArea || more_out * (count + 1) > kOutcomeArea ||
        (build_.events && count == kEventRecords))
      break;
    scenario_stride = more_in, outcome_stride = more_out;
  }
  header.scenario_stride = unsigned(scenario_stride);
  header.outcome_stride = unsigned(outcome_stride);
  header.first = 0, header.count = unsigned(count), header.done = 0;
  for (size_t i = 0; i < count; ++i) {
    const unsigned processes = std::clamp<unsigned>(in[i]->processes, 1, MAX_PROCESSES);
    const unsigned pages = std::clamp<unsigned>(in[i]->pages, 1, MAX_PAGES);
    std::memcpy(static_cast<void*>(agent_->scenario(i)), in[i], scenarioBytes(processes, pages));
    if (agent_->arch().big_endian) swapBytes(*agent_->scenario(i), processes * pages);
  }
  return count;
}

void TreeSubject::runChunk(std::span<const Scenario* const> in, std::span<Outcome* const> out) {
  AgentHeader& header = *agent_->header();
  while (header.first < out.size()) {
    const Agent::Answer answer = agent_->command(AGENT_RUN);
    if (answer == Agent::Answer::kOk) break;
    if (answer == Agent::Answer::kError)
      throw Error(ErrorKind::kInternal,
                  "The agent refused its work: " + std::string(header.message));
    // It is gone; the scenario at which it was is to blame.
    const unsigned at = std::clamp<unsigned>(header.done, header.first, unsigned(out.size() - 1));
    const bool silent = answer == Agent::Answer::kSilent;
    const std::string how = agent_->restart(silent);
    Outcome& outcome = *agent_->outcome(at);
    std::memset(static_cast<void*>(&outcome), 0, outcomeBytes(0, 0));
    outcome.status = silent ? STATUS_HANG : STATUS_SIGNAL;
    std::snprintf(outcome.message, sizeof outcome.message, "%s",
                  silent ? "HANG the agent does not answer" : ("SIGNAL the agent " + how).c_str());
    header.first = at + 1;
    header.done = at + 1;
  }
  for (size_t i = 0; i < out.size(); ++i) {
    const unsigned pages = std::clamp<unsigned>(in[i]->pages, 1, MAX_PAGES);
    const unsigned processes = outcomeProcesses(*in[i]);
    std::memcpy(static_cast<void*>(out[i]), agent_->outcome(i), outcomeBytes(processes, pages));
    if (agent_->arch().big_endian) swapBytes(*out[i], processes * pages);
  }
}

void TreeSubject::run(std::span<const Scenario* const> in, std::span<Outcome* const> out) {
  while (!in.empty()) {
    const size_t count = load(in);
    for (size_t i = 0; build_.events && i < count; ++i) agent_->events(i).plan = {};
    runChunk(in.first(count), out.first(count));
    in = in.subspan(count);
    out = out.subspan(count);
  }
}

void TreeSubject::run(std::span<const Scenario* const> in, std::span<Outcome* const> out,
                      std::span<const EventPlan> plans, std::span<EventReport> reports) {
  while (!in.empty()) {
    const size_t count = load(in);
    for (size_t i = 0; i < count; ++i) agent_->events(i).plan = plans[i];
    runChunk(in.first(count), out.first(count));
    for (size_t i = 0; i < count; ++i) {
      const EventReport& report = agent_->events(i).report;
      const size_t moments = std::min<size_t>(report.moments, MOST_MOMENTS);
      std::memcpy(&reports[i], &report,
                  offsetof(EventReport, moment) + moments * sizeof(EventMoment));
      if (plans[i].watched)
        std::memcpy(reports[i].state, report.state, moments * sizeof(EventState));
    }
    in = in.subspan(count);
    out = out.subspan(count);
    plans = plans.subspan(count);
    reports = reports.subspan(count);
  }
}

void TreeSubject::checkIndependence(std::span<const Scenario* const> in) {
  while (!in.empty()) {
    in = in.subspan(load(in));
    const Agent::Answer answer = agent_->command(AGENT_LEAK_TEST);
    const AgentHeader& header = *agent_->header();
    if (answer == Agent::Answer::kOk && header.self_test == SELF_TEST_PASSED) continue;
    throw Error(ErrorKind::kCannotTest,
                "Scenarios influence each other in the agent of " + build_.tree.string() + ": " +
                    explainOutcome(build_, header.message) + "\nIts verdicts cannot be relied on.");
  }
}

std::vector<uint64_t> TreeSubject::reported() const {
  const AgentHeader& header = *agent_->header();
  if (header.coverage_lost)
    throw Error(ErrorKind::kInternal, "The agent's coverage table is too small.");
  std::vector<uint64_t> out;
  for (size_t i = 0; i < agent_->coverageSize(); ++i)
    if (agent_->coverage()[i]) out.push_back(header.coverage_base + i);
  return out;
}

void TreeSubject::forgetReported() { std::memset(agent_->coverage(), 0, agent_->coverageSize()); }

std::string explainOutcome(const TreeBuild& build, const std::string& message) {
  TreeLines lines(build);
  std::string place;
  if (const auto match = Pattern("pc=0x([0-9a-f]+)").firstIn(message)) {
    const uint64_t pc = std::stoull(match->groups[1], nullptr, 16);
    // Of a call, pc is where it returns to, which may already be the next line.
    const bool call = message.rfind("UNMODELLED ", 0) == 0 && message.find("() ") != message.npos;
    place = lines.place(call ? pc - 1 : pc);
  }
  const auto defined = [&](const std::string& name, bool function) {
    const std::string where = findDefinition(build.tree, treeArch(build.arch), name, function);
    return where.empty() ? "nothing in mm/, kernel/, lib/ defines it"
                         : (build.tree / where).string() + " defines it";
  };
  if (const auto match = Pattern("UNMODELLED datum (\\w+)").firstIn(message))
    return place + ": reads or writes the variable " + match->groups[1] +
           ", which ptecheck does not model; " + defined(match->groups[1], false) + ".";
  if (const auto match = Pattern("UNMODELLED (\\w+)\\(\\)").firstIn(message))
    return place + ": reaches " + match->groups[1] + "(), which ptecheck does not model; " +
           defined(match->groups[1], true) + ".";
  if (message.find("PRIVILEGED instruction") != message.npos)
    return place + ": executes a privileged instruction, which user space cannot.";
  // "WARN mm/rmap.c:1856 ...", "BUG mm/rmap.c:1815 ..."
  if (const auto match = Pattern("\\b((?:[\\w.-]+/)+[\\w.-]+\\.[ch]:\\d+)").firstIn(message))
    return message.substr(0, match->position) + lines.userPath(match->groups[1]) +
           message.substr(match->position + match->groups[0].size());
  return place.empty() ? message : message + " (" + place + ")";
}

}  // namespace ptecheck
