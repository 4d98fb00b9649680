using FsCheck;
using FsCheck.Xunit;
using Microsoft.ML;

namespace GBlend.MLNet.Tests.Components;

public class HoldOutTests
{
    private readonly MLContext _ml = new(1);

    [Theory]
    [InlineData(0.1, true, 10, 4, 1)]
    [InlineData(0.1, false, 10, 4, 0)]
    [InlineData(0.25, true, 25, 10, 1)]
    [InlineData(0.25, false, 25, 10, 1)]
    [InlineData(0.9, false, 90, 36, 1)]
    public void ByFraction_takes_its_share_of_every_class(double fraction, bool everyClass, int ofHundred, int ofForty, int ofTwo)
    {
        long[] classes = [.. Enumerable.Repeat(0L, 100), .. Enumerable.Repeat(1L, 40), .. Enumerable.Repeat(2L, 2), 3];
        var heldOut = HoldOut.ByFraction(classes, classes.Length, fraction, everyClass, new Random(5));
        int Of(long c) => classes.Index().Count(x => x.Item == c && heldOut[x.Index]);
        Assert.Equal([ofHundred, ofForty, ofTwo, 0], [Of(0), Of(1), Of(2), Of(3)]);
    }

    [Fact]
    public void ByFraction_zero_holds_nothing_out() => Assert.DoesNotContain(true, HoldOut.ByFraction([0, 0, 1, 1], 4, 0, true, new Random(1)));

    [Fact]
    public void ByFraction_without_classes_draws_from_all_rows() =>
        Assert.Equal(20, HoldOut.ByFraction(null, 100, 0.2, false, new Random(1)).Count(h => h));

    [Fact]
    public void ByFraction_same_seed_same_rows_other_seed_other_rows()
    {
        bool[] Draw(int seed) => HoldOut.ByFraction(null, 200, 0.3, false, new Random(seed));
        Assert.Equal(Draw(1), Draw(1));
        Assert.NotEqual(Draw(1), Draw(2));
    }

    [Fact]
    public void ByGroups_never_splits_a_group_and_comes_near_the_fraction()
    {
        int[] sizes = [6, 10, 33, 7, 25, 19];
        int[] groups = [.. sizes.SelectMany((n, g) => Enumerable.Repeat(g, n))];
        for (int seed = 0; seed < 20; seed++)
        {
            var heldOut = HoldOut.ByGroups(groups, null, 0.1, false, "Speaker", new Random(seed));
            Assert.Equal(10, heldOut.Count(h => h));
            Assert.All(groups.Zip(heldOut).GroupBy(x => x.First), g => Assert.Single(g.Select(x => x.Second).Distinct()));
        }
    }

    [Fact]
    public void ByGroups_keeps_every_class_in_training()
    {
        int[] groups = [0, 0, 0, 1, 1, 1, 2, 2, 2];
        long[] classes = [0, 1, 9, 0, 1, 1, 0, 0, 1];
        for (int seed = 0; seed < 20; seed++)
        {
            var heldOut = HoldOut.ByGroups(groups, classes, 0.34, false, "Speaker", new Random(seed));
            Assert.False(heldOut[0]);
            Assert.Equal(3, heldOut.Count(h => h));
        }
    }

    [Fact]
    public void ByGroups_holds_out_every_class_even_beyond_the_fraction()
    {
        int[] groups = [.. Enumerable.Range(0, 8).SelectMany(g => Enumerable.Repeat(g, 10))];
        long[] classes = [.. groups.Select(g => (long)(g / 2))];
        for (int seed = 0; seed < 20; seed++)
        {
            var heldOut = HoldOut.ByGroups(groups, classes, 0.1, true, "Speaker", new Random(seed));
            Assert.Equal(4, classes.Zip(heldOut).Where(x => x.Second).Select(x => x.First).Distinct().Count());
            Assert.Equal(40, heldOut.Count(h => h));
        }
    }

    [Fact]
    public void ByGroups_keeps_to_the_fraction_where_classes_may_lack()
    {
        int[] groups = [.. Enumerable.Range(0, 8).SelectMany(g => Enumerable.Repeat(g, 10))];
        long[] classes = [.. groups.Select(g => (long)(g / 2))];
        for (int seed = 0; seed < 20; seed++)
            Assert.Equal(10, HoldOut.ByGroups(groups, classes, 0.1, false, "Speaker", new Random(seed)).Count(h => h));
    }

    /// <summary>Patients have one diagnosis each; those held out have all of them, since that costs no row.</summary>
    [Fact]
    public void ByGroups_holds_out_as_many_classes_as_the_share_allows()
    {
        int[] groups = [.. Enumerable.Range(0, 40).SelectMany(g => Enumerable.Repeat(g, 5))];
        long[] classes = [.. groups.Select(g => (long)(g / 10))];
        for (int seed = 0; seed < 20; seed++)
        {
            var heldOut = HoldOut.ByGroups(groups, classes, 0.1, false, "Patient", new Random(seed));
            Assert.Equal(20, heldOut.Count(h => h));
            Assert.Equal(4, classes.Where((_, row) => heldOut[row]).Distinct().Count());
        }
    }

    /// <summary>Of every class its quota, up or down to a whole number, so that the sum is nearest to the share of all rows.</summary>
    [Property(MaxTest = 300)]
    public void Shares_are_quotas_that_sum_to_the_share(PositiveInt[] sizes, byte percent, bool everyClass, int seed)
    {
        int[] rows = [.. sizes.Select(s => s.Get % 60 + 1), 7];
        double fraction = (percent % 99 + 1) / 100.0;
        int[] shares = HoldOut.Shares(rows, fraction, everyClass, new Random(seed));
        Assert.Equal(shares, HoldOut.Shares(rows, fraction, everyClass, new Random(seed)));
        int wanted = Math.Max(1, (int)Math.Round(fraction * rows.Sum()));
        foreach (var (size, share) in rows.Zip(shares))
        {
            int least = Math.Min((int)(size * fraction + 1e-6), size - 1), most = Math.Min((int)Math.Ceiling(size * fraction - 1e-6), size - 1);
            Assert.InRange(share, Math.Max(least, everyClass ? Math.Min(1, size - 1) : 0), most);
            // Where rows are still wanted, no class has room for one.
            Assert.True(shares.Sum() >= wanted || share == most);
            // A class has a second row only where none lacks the first.
            if (share > least && share > 1)
                Assert.All(rows.Zip(shares), c => Assert.True(c.Second > 0 || c.First == 1));
        }
        int floors = rows.Sum(size => Math.Max(Math.Min((int)(size * fraction + 1e-6), size - 1), everyClass ? Math.Min(1, size - 1) : 0));
        Assert.True(shares.Sum() <= Math.Max(wanted, floors), $"{shares.Sum()} of {rows.Sum()} rows, wanted {wanted}");
    }

    [Fact]
    public void ByGroups_larger_than_the_fraction_takes_the_smallest_group()
    {
        int[] groups = [.. Enumerable.Repeat(0, 50), .. Enumerable.Repeat(1, 30), .. Enumerable.Repeat(2, 40)];
        var heldOut = HoldOut.ByGroups(groups, null, 0.05, false, "Speaker", new Random(1));
        Assert.Equal(Enumerable.Range(50, 30), heldOut.Index().Where(h => h.Item).Select(h => h.Index));
    }

    [Fact]
    public void ByGroups_one_group_is_refused()
    {
        var e = Assert.Throws<InvalidOperationException>(() => HoldOut.ByGroups([0, 0], null, 0.5, false, "Speaker", new Random(1)));
        Assert.Contains("'Speaker' has 1 distinct value,", e.Message);
    }

    [Fact]
    public void ByGroups_each_with_the_only_rows_of_a_class_is_refused()
    {
        var e = Assert.Throws<InvalidOperationException>(() => HoldOut.ByGroups([0, 0, 1, 1], [0, 0, 1, 1], 0.5, false, "Speaker", new Random(1)));
        Assert.Contains("only rows of a class", e.Message);
    }

    [Theory]
    [InlineData(true, null, "True in every row, so")]
    [InlineData(false, null, "False in every row, so")]
    [InlineData(true, "Weight", "True in every row whose weight in 'Weight' is above 0")]
    [InlineData(false, "Weight", "False in every row whose weight in 'Weight' is above 0")]
    public void ByColumn_same_flag_everywhere_is_refused(bool flag, string? weights, string part)
    {
        var e = Assert.Throws<InvalidOperationException>(() => HoldOut.ByColumn([flag, flag], "IsHeldOut", weights));
        Assert.Contains(part, e.Message);
        Assert.Contains("'IsHeldOut'", e.Message);
    }

    [Theory]
    [InlineData("Speaker")]
    [InlineData("Number")]
    [InlineData("IsRed")]
    [InlineData("Label")]
    public void Read_sampling_key_of_any_type_holds_out_whole_groups(string key)
    {
        var rows = Samples.Rows(90);
        foreach (var (i, row) in rows.Index())
            (row.Number, row.IsRed, row.Label) = (i / 10, i < 45, Samples.Colours[i / 30]);
        var view = _ml.KeyedView(rows);
        var data = Samples.Read(view, o => (o.LabelColumnName, o.SamplingKeyColumnName, o.ValidationFraction) = ("Amount", key, 0.3f), OutputKind.Regression);
        Assert.Contains(true, data.Rows.HeldOut);
        object KeyOf(Sample row) => typeof(Sample).GetProperty(key)!.GetValue(row)!;
        Assert.All(rows.Zip(data.Rows.HeldOut).GroupBy(x => KeyOf(x.First)), g => Assert.Single(g.Select(x => x.Second).Distinct()));
    }

    [Theory]
    [InlineData(25, 4, 0.1, 10)]
    [InlineData(50, 2, 0.1, 10)]
    [InlineData(3, 4, 0.1, 1)]
    [InlineData(10, 1, 0.5, 0)]
    public void Read_holds_out_the_share_that_was_asked_for_also_with_few_rows_a_class(int classes, int rowsPerClass, float fraction, int heldOut)
    {
        var host = new RecordingHost();
        var data = Samples.Read(_ml.KeyedView(OfClasses(classes, rowsPerClass)), o => o.ValidationFraction = fraction, host: host);
        Assert.Equal(heldOut, data.Rows.HeldOut.Count(h => h));
        if (heldOut > 0)
            Assert.Contains("lack classes", Assert.Single(host.Warnings));
    }

    [Fact]
    public void Read_says_how_many_rows_are_held_out_and_why_where_that_is_not_the_share()
    {
        var host = new RecordingHost();
        var data = Samples.Read(_ml.KeyedView(OfClasses(25, 4)), o => o.Blending = Blending.Online(), host: host);
        Assert.Equal(25, data.Rows.HeldOut.Count(h => h));
        Assert.Equal("25 of 100 rows (25 %) are held out, where ValidationFraction = 0.1 asks for 10: Blending = online G-Blend needs held-out rows of every "
            + "class.", Assert.Single(host.OtherWarnings));
        host = new RecordingHost();
        Samples.Read(_ml.KeyedView(Samples.Rows(300)), o => o.Blending = Blending.Online(), host: host);
        Assert.DoesNotContain(host.Warnings.Concat(host.Infos), message => message.Contains("are held out"));
        var groups = Samples.Rows(300);
        foreach (var (i, row) in groups.Index())
            row.Speaker = "s" + i / 100;
        Samples.Read(_ml.KeyedView(groups), o => o.SamplingKeyColumnName = "Speaker", host: host);
        Assert.Contains("100 of 300 rows (33.3 %) are held out", Assert.Single(host.Warnings));
        Assert.Contains("'Speaker' stay together", host.Warnings[0]);
    }

    [Fact]
    public void Read_hold_out_column_decides()
    {
        var rows = Samples.Rows();
        var data = Samples.Read(_ml.KeyedView(rows), o => o.HoldOutColumnName = "IsHeldOut");
        Assert.Equal(rows.Select(r => r.IsHeldOut), data.Rows.HeldOut);
    }

    [Fact]
    public void Read_hold_out_column_that_splits_groups_is_warned_of()
    {
        var rows = Samples.Rows();
        var host = new RecordingHost();
        Samples.Read(_ml.KeyedView(rows), o => (o.HoldOutColumnName, o.SamplingKeyColumnName) = ("IsHeldOut", "Speaker"), host: host);
        Assert.Contains("'Speaker'", Assert.Single(host.OtherWarnings));
        rows.ForEach(r => r.Speaker = r.IsHeldOut ? "new" : "old");
        host = new RecordingHost();
        Samples.Read(_ml.KeyedView(rows), o => (o.HoldOutColumnName, o.SamplingKeyColumnName) = ("IsHeldOut", "Speaker"), host: host);
        Assert.Empty(host.OtherWarnings);
    }

    [Fact]
    public void Read_class_with_held_out_rows_only_is_refused()
    {
        var rows = Samples.Rows(30);
        rows.ForEach(r => r.IsHeldOut = r.Label == "blue");
        var e = Assert.Throws<InvalidOperationException>(() => Samples.Read(_ml.KeyedView(rows), o => o.HoldOutColumnName = "IsHeldOut"));
        Assert.Contains("'blue'", e.Message);
        Assert.Contains("10 held-out rows but no training row", e.Message);
    }

    [Fact]
    public void Read_held_out_rows_that_lack_a_class_are_warned_of()
    {
        var rows = Samples.Rows(30);
        rows.ForEach(r => r.IsHeldOut &= r.Label != "blue");
        var host = new RecordingHost();
        Samples.Read(_ml.KeyedView(rows), o => o.HoldOutColumnName = "IsHeldOut", host: host);
        Assert.Contains("lack classes", Assert.Single(host.Warnings));
        Assert.Contains("'blue'", host.Warnings[0]);
    }

    [Fact]
    public void Read_held_out_rows_that_lack_a_class_are_refused_where_estimates_need_them()
    {
        var rows = Samples.Rows(30);
        rows.ForEach(r => r.IsHeldOut &= r.Label != "blue");
        var e = Assert.Throws<InvalidOperationException>(
            () => Samples.Read(_ml.KeyedView(rows), o => (o.HoldOutColumnName, o.Blending) = ("IsHeldOut", Blending.Online())));
        Assert.Contains("'blue'", e.Message);
        Assert.Contains("HoldOutColumnName", e.Message);
    }

    private static List<Sample> OfClasses(int classes, int rowsPerClass)
    {
        var rows = Samples.Rows(classes * rowsPerClass);
        foreach (var (i, row) in rows.Index())
            row.Label = "c" + i % classes;
        return rows;
    }

    [Fact]
    public void Read_estimates_without_a_row_to_hold_out_are_refused()
    {
        var e = Assert.Throws<InvalidOperationException>(() => Samples.Read(_ml.KeyedView(Samples.Rows(3)), o => o.Blending = Blending.Online()));
        Assert.Contains("none could be held out of 3 rows", e.Message);
    }
}
