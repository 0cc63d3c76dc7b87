package dev.reeve.core.model;

/// Why something was decided. One value feeds the record commit, the log, the API and the tests;
/// its name as written here in CamelCase is what stands in `Reeve-Reason`.
public enum Reason {
  LEADER_CLAIMED("LeaderClaimed"),
  NODE_ADMITTED("NodeAdmitted"),
  NODE_JOINED("NodeJoined"),
  NODE_CHANGED("NodeChanged"),
  NODE_NOT_READY("NodeNotReady"),
  NODE_READY("NodeReady"),
  NODE_LOST("NodeLost"),
  NODE_FENCED("NodeFenced"),
  COMMIT_ACCEPTED("CommitAccepted"),
  COMMIT_SETTLED("CommitSettled"),
  COMMIT_REFUSED("CommitRefused"),
  PRUNE_REFUSED("PruneRefused"),
  SERVICE_ALLOCATED("ServiceAllocated"),
  VOLUME_BOUND("VolumeBound"),
  VOLUME_MOVED("VolumeMoved"),
  VOLUME_RESIZED("VolumeResized"),
  VOLUME_RELEASED("VolumeReleased"),
  VOLUME_DELETED("VolumeDeleted"),
  ROLLOUT_STARTED("RolloutStarted"),
  ROLLOUT_PROGRESSED("RolloutProgressed"),
  ROLLOUT_STEPPED("RolloutStepped"),
  ROLLOUT_PAUSED("RolloutPaused"),
  ROLLOUT_COMPLETED("RolloutCompleted"),
  ROLLOUT_FAILED("RolloutFailed"),
  RESTARTED("Restarted"),
  JOB_SCHEDULED("JobScheduled"),
  START_MISSED("StartMissed"),
  JOB_STARTED("JobStarted"),
  JOB_PROGRESSED("JobProgressed"),
  JOB_SUSPENDED("JobSuspended"),
  JOB_COMPLETED("JobCompleted"),
  JOB_FAILED("JobFailed"),
  EXPIRED("Expired"),
  MEASURED("Measured"),
  PROMOTED("Promoted"),
  RETRIED("Retried"),
  COMMAND_IGNORED("CommandIgnored"),
  ROLLED_BACK("RolledBack"),
  ROLLBACK_COMMITTED("RollbackCommitted"),
  ROLLBACK_PROPOSED("RollbackProposed"),
  ROLLBACK_REFUSED("RollbackRefused"),
  IMAGE_RESOLVED("ImageResolved"),
  IMAGE_DIFFERS("ImageDiffers"),
  IMAGE_UPDATED("ImageUpdated"),
  IMAGE_PROPOSED("ImageProposed"),
  IMAGE_UPDATE_REFUSED("ImageUpdateRefused"),
  IMAGE_REJECTED("ImageRejected"),
  SCALED_UP("ScaledUp"),
  SCALED_DOWN("ScaledDown"),
  AUTOSCALED("Autoscaled"),
  REPLACED("Replaced"),
  DRAINED("Drained"),
  TAINTED("Tainted"),
  PREEMPTED("Preempted"),
  SUPERSEDED("Superseded"),
  PRUNED("Pruned"),
  ORPHANED("Orphaned"),
  ADOPTED("Adopted"),
  DEGRADED("Degraded"),
  ADDRESSES_EXHAUSTED("AddressesExhausted"),
  RECORD_TAMPERED("RecordTampered"),
  STEPPED_DOWN("SteppedDown"),
  GIT_AWAY("GitAway"),
  GIT_BACK("GitBack"),
  QUARANTINED("Quarantined");

  private final String word;

  Reason(String word) {
    this.word = word;
  }

  /// Whether what was decided is carried out only once it is in Git.
  public boolean isWrittenAhead() {
    return this == VOLUME_BOUND
        || this == VOLUME_MOVED
        || this == ROLLOUT_STARTED
        || this == ROLLOUT_STEPPED
        || this == ROLLOUT_PAUSED
        || this == ROLLOUT_COMPLETED
        || this == JOB_COMPLETED
        || this == JOB_FAILED
        || this == PROMOTED;
  }

  /// The reason in CamelCase, as Kubernetes writes reasons.
  public String word() {
    return word;
  }
}
