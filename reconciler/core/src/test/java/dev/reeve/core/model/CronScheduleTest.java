package dev.reeve.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Schedules as Kubernetes documents them ("CronJob", "Writing a CronJob spec").
class CronScheduleTest {
  private static final ZoneId UTC = ZoneId.of("UTC");
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final ZoneId NEW_YORK = ZoneId.of("America/New_York");
  private static final ZoneId LORD_HOWE = ZoneId.of("Australia/Lord_Howe");

  private static Instant next(String schedule, String after) {
    return CronSchedule.parse(schedule).next(Instant.parse(after), UTC).orElseThrow();
  }

  /// All local times within a day.
  private static List<String> onDay(String schedule, String date, ZoneId zone) {
    var parsed = CronSchedule.parse(schedule);
    var end = LocalDateTime.parse(date + "T00:00").plusDays(1).atZone(zone).toInstant();
    var at = LocalDateTime.parse(date + "T00:00").atZone(zone).toInstant().minusSeconds(1);
    var times = new ArrayList<String>();
    while (true) {
      at = parsed.next(at, zone).orElseThrow();
      if (!at.isBefore(end)) {
        return times;
      }
      var local = ZonedDateTime.ofInstant(at, zone);
      times.add(local.toLocalTime() + " " + local.getOffset());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          * * * * *       | 2026-03-01T10:00:00Z | 2026-03-01T10:01:00Z
          * * * * *       | 2026-03-01T10:00:59Z | 2026-03-01T10:01:00Z
          */15 * * * *    | 2026-03-01T10:46:00Z | 2026-03-01T11:00:00Z
          5/20 * * * *    | 2026-03-01T10:06:00Z | 2026-03-01T10:25:00Z
          0 3 * * 1       | 2026-03-01T10:00:00Z | 2026-03-02T03:00:00Z
          0 0 13 * 5      | 2026-03-14T00:00:00Z | 2026-03-20T00:00:00Z
          0 0 13 * 5      | 2026-04-04T00:00:00Z | 2026-04-10T00:00:00Z
          0 0 13 * 5      | 2026-04-11T00:00:00Z | 2026-04-13T00:00:00Z
          0 0 1 * *       | 2026-03-01T00:00:00Z | 2026-04-01T00:00:00Z
          0 0 29 2 *      | 2026-03-01T00:00:00Z | 2028-02-29T00:00:00Z
          0 0 * jan sun   | 2026-03-01T00:00:00Z | 2027-01-03T00:00:00Z
          0 0 * * MON-FRI | 2026-03-06T12:00:00Z | 2026-03-09T00:00:00Z
          0 9-17/4 * * *  | 2026-03-01T09:30:00Z | 2026-03-01T13:00:00Z
          0 0 1,15 * ?    | 2026-03-02T00:00:00Z | 2026-03-15T00:00:00Z
          @hourly         | 2026-03-01T10:30:00Z | 2026-03-01T11:00:00Z
          @daily          | 2026-03-01T10:30:00Z | 2026-03-02T00:00:00Z
          @midnight       | 2026-03-01T10:30:00Z | 2026-03-02T00:00:00Z
          @weekly         | 2026-03-02T00:00:00Z | 2026-03-08T00:00:00Z
          @monthly        | 2026-03-02T00:00:00Z | 2026-04-01T00:00:00Z
          @yearly         | 2026-03-02T00:00:00Z | 2027-01-01T00:00:00Z
          @annually       | 2026-03-02T00:00:00Z | 2027-01-01T00:00:00Z
          @every 1h30m    | 2026-03-01T10:00:00Z | 2026-03-01T11:30:00Z
          """)
  void theNextTime(String schedule, String after, String expected) {
    assertThat(next(schedule, after)).isEqualTo(Instant.parse(expected));
  }

  @Test
  void aDayThatNeverComesHasNoNextTime() {
    assertThat(CronSchedule.parse("0 0 30 2 *").next(Instant.EPOCH, UTC)).isEmpty();
  }

  @Test
  void aStepMakesTheDayARestrictionAndThenEitherDayIsEnough() {
    // Every other day, and each Monday.
    assertThat(next("0 0 */2 * 1", "2026-03-01T12:00:00Z"))
        .isEqualTo(Instant.parse("2026-03-02T00:00:00Z"));
    assertThat(next("0 0 */2 * 1", "2026-03-02T12:00:00Z"))
        .isEqualTo(Instant.parse("2026-03-03T00:00:00Z"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * 32 * *",
        "* * * 13 *",
        "* * * * 7",
        "5-1 * * * *",
        "*/0 * * * *",
        "a * * * *",
        "1,,2 * * * *",
        "@often",
        "@every soon",
        "@every 10ms",
        "1-2-3 * * * *",
        "*/2/2 * * * *",
        "-1 * * * *"
      })
  void whatIsNoSchedule(String text) {
    assertThatThrownBy(() -> CronSchedule.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Nested
  class AroundAChangeOfSummerTime {
    @Test
    void aTimeThatIsLeftOutDoesNotComeThatDay() {
      assertThat(onDay("30 2 * * *", "2026-03-29", BERLIN)).isEmpty();
      assertThat(onDay("30 2 * * *", "2026-03-08", NEW_YORK)).isEmpty();
      assertThat(onDay("15 2 * * *", "2026-10-04", LORD_HOWE)).isEmpty();
      assertThat(onDay("30 2 * * *", "2026-03-30", BERLIN)).containsExactly("02:30 +02:00");
    }

    @Test
    void aTimeThatComesTwiceIsThereTwice() {
      assertThat(onDay("30 2 * * *", "2026-10-25", BERLIN))
          .containsExactly("02:30 +02:00", "02:30 +01:00");
      assertThat(onDay("30 1 * * *", "2026-11-01", NEW_YORK))
          .containsExactly("01:30 -04:00", "01:30 -05:00");
      assertThat(onDay("45 1 * * *", "2026-04-05", LORD_HOWE))
          .containsExactly("01:45 +11:00", "01:45 +10:30");
    }

    @Test
    void everyHourIsEveryHourOfTheDayThatIsShorterOrLonger() {
      assertThat(onDay("0 * * * *", "2026-03-29", BERLIN)).hasSize(23);
      assertThat(onDay("0 * * * *", "2026-10-25", BERLIN)).hasSize(25);
    }
  }

  @Test
  void ofAYearNoTimeIsMissedAndNoneIsWrong() {
    // Each minute of the year is asked by itself whether it fits.
    for (ZoneId zone : List.of(UTC, BERLIN, NEW_YORK, LORD_HOWE)) {
      var schedule = CronSchedule.parse("7,37 1-3 * * *");
      var expected = new ArrayList<Instant>();
      var at = Instant.parse("2026-01-01T00:00:00Z");
      var end = Instant.parse("2027-01-01T00:00:00Z");
      for (var each = at.plusSeconds(60); each.isBefore(end); each = each.plusSeconds(60)) {
        var local = each.atZone(zone);
        boolean isMinute = local.getMinute() == 7 || local.getMinute() == 37;
        if (isMinute && local.getHour() >= 1 && local.getHour() <= 3) {
          expected.add(each);
        }
      }
      var found = new ArrayList<Instant>();
      var next = schedule.next(at, zone).orElseThrow();
      while (next.isBefore(end)) {
        found.add(next);
        next = schedule.next(next, zone).orElseThrow();
      }
      assertThat(found).as(zone.getId()).isEqualTo(expected);
    }
  }

  @Test
  void everyIsADistanceFromTheTimeBefore() {
    var schedule = CronSchedule.parse("@every 90s");
    var first = schedule.next(Instant.EPOCH, UTC).orElseThrow();
    assertThat(Duration.between(first, schedule.next(first, UTC).orElseThrow()))
        .isEqualTo(Duration.ofSeconds(90));
  }
}
