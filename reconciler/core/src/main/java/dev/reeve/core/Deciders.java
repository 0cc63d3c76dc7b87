package dev.reeve.core;

import dev.reeve.core.disruption.Disruptions;
import dev.reeve.core.disruption.PruneBudget;
import dev.reeve.core.disruption.ZoneBrake;
import dev.reeve.core.jobs.JobPlan;
import dev.reeve.core.jobs.JobView;
import dev.reeve.core.jobs.Jobs;
import dev.reeve.core.model.Budget;
import dev.reeve.core.model.JobRules;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Service;
import dev.reeve.core.model.Workload.Strategy;
import dev.reeve.core.model.Workload.Strategy.Stepwise;
import dev.reeve.core.protocol.Routing.Endpoint;
import dev.reeve.core.record.JobProgress;
import dev.reeve.core.rollouts.RolloutPlan;
import dev.reeve.core.rollouts.RolloutView;
import dev.reeve.core.rollouts.Rollouts;
import dev.reeve.core.rollouts.Scales;
import dev.reeve.core.rollouts.Split;
import dev.reeve.core.scheduling.Ledger;
import dev.reeve.core.scheduling.Search;
import dev.reeve.core.services.Endpoints;
import dev.reeve.core.state.WorkloadState;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.function.Predicate;

/// The decisions that are functions of what they are given, by name. The simulation swaps one for a
/// wrong one to see that its oracles notice.
public record Deciders(
    Rollout rollout,
    Scale scale,
    Place place,
    Prune prune,
    Brake brake,
    Disrupt disrupt,
    Route route,
    Job job,
    Attach attach) {
  public static final Deciders REAL =
      new Deciders(
          Rollouts::plan,
          Scales::at,
          Search::next,
          PruneBudget::allows,
          ZoneBrake::pace,
          Disruptions::allowed,
          Endpoints::of,
          Jobs::look,
          (isUsed, isKnown) -> !isUsed && isKnown);

  /// With the real rule for volumes.
  public Deciders(
      Rollout rollout,
      Scale scale,
      Place place,
      Prune prune,
      Brake brake,
      Disrupt disrupt,
      Route route,
      Job job) {
    this(rollout, scale, place, prune, brake, disrupt, route, job, REAL.attach());
  }

  public Deciders with(Attach other) {
    return new Deciders(rollout, scale, place, prune, brake, disrupt, route, job, other);
  }

  /// Which release gets how many pods.
  public interface Rollout {
    RolloutPlan plan(Strategy strategy, RolloutView view);
  }

  /// How many pods each side of a rollout by steps has at one of them.
  public interface Scale {
    Split at(Stepwise strategy, int replicas, int index);
  }

  /// Which node a pod goes to.
  public interface Place {
    Ledger.Choice choose(Search search);
  }

  /// Whether a commit may remove what it would remove.
  public interface Prune {
    boolean allows(SortedSet<ObjectKey> present, SortedSet<ObjectKey> deletions, int percent);
  }

  /// How fast the pods of lost nodes may be replaced.
  public interface Brake {
    ZoneBrake.Pace pace(SortedMap<String, ZoneBrake.Zone> zones, String zone);
  }

  /// Which pods of a workload serve a Service, with which weight.
  public interface Route {
    List<Endpoint> endpoints(Service service, WorkloadState workload, Predicate<String> isReady);
  }

  /// Whether a volume for one node may be used on another.
  public interface Attach {
    /// @param isUsed by a pod that is not known to be gone
    /// @param isKnown what runs on the node that had it last
    boolean mayMove(boolean isUsed, boolean isKnown);
  }

  /// What becomes of a Job.
  public interface Job {
    JobPlan look(JobRules rules, JobProgress before, JobView view, Instant now);
  }

  /// How many pods a budget lets go.
  public interface Disrupt {
    int allowed(Budget budget, Disruptions.Covered pods);
  }
}
