package dev.reeve.server.timers;

import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobDataMap;
import org.quartz.JobExecutionContext;
import org.quartz.JobKey;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.SimpleScheduleBuilder;
import org.quartz.TriggerBuilder;
import org.quartz.TriggerKey;
import org.quartz.impl.StdSchedulerFactory;

/// Rings bells: the core's next deadline, polls, housekeeping. What a bell means is not its
/// business.
public final class QuartzTimers implements AutoCloseable {
  private static final Map<String, Runnable> BELLS = new ConcurrentHashMap<>();
  private final Scheduler scheduler;
  private final String name;

  /// @param name of this set of timers; two in one process must differ
  public QuartzTimers(String name) {
    this.name = name;
    var properties = new Properties();
    properties.setProperty("org.quartz.scheduler.instanceName", name);
    properties.setProperty("org.quartz.scheduler.skipUpdateCheck", "true");
    properties.setProperty("org.quartz.scheduler.makeSchedulerThreadDaemon", "true");
    properties.setProperty("org.quartz.threadPool.class", "org.quartz.simpl.SimpleThreadPool");
    properties.setProperty("org.quartz.threadPool.threadCount", "2");
    properties.setProperty("org.quartz.threadPool.makeThreadsDaemons", "true");
    properties.setProperty("org.quartz.jobStore.class", "org.quartz.simpl.RAMJobStore");
    try {
      scheduler = new StdSchedulerFactory(properties).getScheduler();
      scheduler.start();
    } catch (SchedulerException e) {
      throw new IllegalStateException("the timers do not start", e);
    }
  }

  /// Rings `bell` every so often, the first time after one period.
  public void every(String id, Duration period, Runnable bell) {
    BELLS.put(name + "/" + id, bell);
    var job = job(id);
    var trigger =
        TriggerBuilder.newTrigger()
            .withIdentity(id, "every")
            .startAt(Date.from(Instant.now().plus(period)))
            .withSchedule(
                SimpleScheduleBuilder.simpleSchedule()
                    .withIntervalInMilliseconds(period.toMillis())
                    .repeatForever()
                    .withMisfireHandlingInstructionNextWithRemainingCount())
            .build();
    try {
      scheduler.scheduleJob(job, trigger);
    } catch (SchedulerException e) {
      throw new IllegalStateException("no timer " + id, e);
    }
  }

  /// Rings `bell` once after `delay`; a later call for the same id takes the place of an earlier
  /// one.
  public void once(String id, Duration delay, Runnable bell) {
    BELLS.put(name + "/" + id, bell);
    var trigger =
        TriggerBuilder.newTrigger()
            .withIdentity(id, "once")
            .forJob(new JobKey(id, "bells"))
            .startAt(Date.from(Instant.now().plus(delay)))
            .build();
    try {
      if (scheduler.checkExists(new JobKey(id, "bells"))) {
        if (scheduler.rescheduleJob(new TriggerKey(id, "once"), trigger) == null) {
          scheduler.scheduleJob(trigger);
        }
      } else {
        scheduler.scheduleJob(job(id), trigger);
      }
    } catch (SchedulerException e) {
      throw new IllegalStateException("no timer " + id, e);
    }
  }

  private org.quartz.JobDetail job(String id) {
    return JobBuilder.newJob(Ring.class)
        .withIdentity(id, "bells")
        .storeDurably()
        .usingJobData(new JobDataMap(Map.of("bell", name + "/" + id)))
        .build();
  }

  /// Quartz makes these itself, so the bell is found by name.
  public static final class Ring implements Job {
    @Override
    public void execute(JobExecutionContext context) {
      var bell = BELLS.get(context.getMergedJobDataMap().getString("bell"));
      if (bell != null) {
        bell.run();
      }
    }
  }

  @Override
  public void close() {
    BELLS.keySet().removeIf(key -> key.startsWith(name + "/"));
    try {
      scheduler.shutdown(false);
    } catch (SchedulerException e) {
      throw new IllegalStateException("the timers do not stop", e);
    }
  }
}
