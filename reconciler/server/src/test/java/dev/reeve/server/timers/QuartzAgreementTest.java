package dev.reeve.server.timers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.reeve.core.model.CronSchedule;
import java.text.ParseException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;
import org.quartz.CronExpression;

/// The core computes the times of CronJobs itself, for it may not know Quartz. Where both define a
/// schedule they agree. Quartz counts weekdays from 1, wants one of the days to be `?`, and has no
/// either-or of two days: such schedules are not translated.
class QuartzAgreementTest {
  private static final int EXPRESSIONS = 10_000;
  private static final int TIMES = 5;

  private final SplittableRandom random = new SplittableRandom(20_261_129);

  private record Expression(String ours, String quartz) {}

  @Test
  void tenThousandExpressionsNameTheSameTimes() throws ParseException {
    var zone = ZoneId.of("UTC");
    for (int i = 0; i < EXPRESSIONS; i++) {
      var expression = expression();
      var schedule = CronSchedule.parse(expression.ours());
      var quartz = new CronExpression(expression.quartz());
      quartz.setTimeZone(TimeZone.getTimeZone(zone));
      var at = Instant.parse("2026-01-01T00:00:00Z").plusSeconds(random.nextLong(100_000_000));
      for (int time = 0; time < TIMES; time++) {
        var ours = schedule.next(at, zone);
        var theirs = quartz.getNextValidTimeAfter(Date.from(at));
        if (theirs == null && ours.isEmpty()) {
          break;
        }
        assertThat(ours.orElse(Instant.MAX))
            .as(expression + " after " + at)
            .isEqualTo(theirs == null ? Instant.MAX : theirs.toInstant());
        at = ours.orElseThrow();
      }
    }
  }

  private Expression expression() {
    var minute = field(0, 59);
    var hour = field(0, 23);
    var month = field(1, 12);
    return switch (random.nextInt(3)) {
      case 0 ->
          new Expression(
              "%s %s * %s *".formatted(minute, hour, month),
              "0 %s %s * %s ?".formatted(minute, hour, month));
      case 1 -> {
        // Every month has a 28th.
        var day = field(1, 28);
        yield new Expression(
            "%s %s %s %s *".formatted(minute, hour, day, month),
            "0 %s %s %s %s ?".formatted(minute, hour, day, month));
      }
      default -> {
        var days = weekdays();
        yield new Expression(
            "%s %s * %s %s".formatted(minute, hour, month, days.ours()),
            "0 %s %s ? %s %s".formatted(minute, hour, month, days.quartz()));
      }
    };
  }

  private String field(int least, int most) {
    return switch (random.nextInt(6)) {
      case 0 -> "*";
      case 1 -> String.valueOf(number(least, most));
      case 2 -> {
        int first = number(least, most);
        yield first + "-" + number(first, most);
      }
      case 3 -> {
        int first = number(least, most);
        yield first + "-" + number(first, most) + "/" + number(1, 9);
      }
      case 4 -> "*/" + number(2, Math.min(11, most));
      default -> number(least, most) + "," + number(least, most) + "," + number(least, most);
    };
  }

  private int number(int least, int most) {
    return least + random.nextInt(most - least + 1);
  }

  private Expression weekdays() {
    int first = random.nextInt(7);
    int last = first + random.nextInt(7 - first);
    return switch (random.nextInt(3)) {
      case 0 -> new Expression(String.valueOf(first), String.valueOf(first + 1));
      case 1 -> new Expression(first + "-" + last, (first + 1) + "-" + (last + 1));
      default -> {
        List<String> names = List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");
        var chosen = new ArrayList<String>();
        for (int day = first; day <= last; day++) {
          chosen.add(names.get(day));
        }
        var list = String.join(",", chosen);
        yield new Expression(list, list);
      }
    };
  }
}
