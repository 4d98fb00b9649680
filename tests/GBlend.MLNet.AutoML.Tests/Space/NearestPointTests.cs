using FsCheck;
using FsCheck.Xunit;

namespace GBlend.MLNet.AutoML.Tests;

public sealed class NearestPointTests
{
    private sealed class Plain
    {
        [Microsoft.ML.SearchSpace.Choice(1, 2, 4, 8)]
        public int A { get; set; }

        [Microsoft.ML.SearchSpace.Choice("x", "y", "z")]
        public string B { get; set; } = "x";

        [Microsoft.ML.SearchSpace.Range(0, 5)]
        public int C { get; set; }

        [Microsoft.ML.SearchSpace.Range(0.0, 1.0)]
        public double D { get; set; }
    }

    private static double[] Unit(SweepSpace space, int seed)
    {
        var random = new System.Random(seed);
        return [.. space.Settings.Select(_ => random.NextDouble())];
    }

    private static int[] Changed(SweepPoint from, SweepPoint to) =>
        [.. Enumerable.Range(0, from.Space.Settings.Count).Where(i => !from.Value(i).Equals(to.Value(i)))];

    [Theory]
    [MemberData(nameof(SettingsBattery.All), MemberType = typeof(SettingsBattery))]
    public void Every_point_of_a_ready_space_has_an_accepted_one_at_most_a_few_changes_away(string name)
    {
        var space = SweepSpaces.Fitted(SweepSpaces.For(Templates.Create(name)), Templates.Create(name));
        int outside = 0;
        for (int seed = 0; seed < 500; seed++)
        {
            var point = space.At(Unit(space, seed));
            var near = NearestPoint.Of(point)!;
            Assert.True(space.Accepts(near.Settings));
            if (space.Accepts(point.Settings))
                Assert.Same(point, near);
            else
            {
                outside++;
                Assert.InRange(Changed(point, near).Length, 1, 2);
                Assert.Equal(near.Key, NearestPoint.Of(point)!.Key);
            }
        }
        if (name == "vectors")
            Assert.InRange(outside, 90, 160);
    }

    [Fact]
    public void No_modality_is_favored_where_none_is_used()
    {
        var space = SweepSpaces.Vectors("A", "B");
        var used = Enumerable.Range(0, 2000).Select(seed => space.At(Unit(space, seed))).Where(p => !space.Accepts(p.Settings))
            .CountBy(p => ((GradientBlendingSettings)NearestPoint.Of(p)!.Settings).Modality1.IsUsed == true).ToDictionary();
        Assert.Equal(2, used.Count);
        Assert.InRange(used[true] / (double)used.Values.Sum(), 0.4, 0.6);
    }

    [Property]
    public void No_accepted_point_with_one_other_value_is_nearer(int seed, byte b, byte c)
    {
        // Conditions of all kinds: between two settings, on one, on a value without order.
        var space = new SweepSpace<Plain>().Where(s => s.A + s.C > b % 12).Where(s => s.B != "y" || s.D > 0.5).Where(s => s.C != c % 6);
        var point = space.At(Unit(space, seed));
        var near = NearestPoint.Of(point);
        Assert.NotNull(near);
        Assert.True(space.Accepts(near.Settings));
        var singles = OneChange(space, point).Where(p => space.Accepts(p.Settings)).ToArray();
        if (space.Accepts(point.Settings) || singles.Length == 0)
            return;
        Assert.Single(Changed(point, near));
        Assert.InRange(Distance(point, near), 0, singles.Min(p => Distance(point, p)) + 1e-9);
    }

    /// <summary>All points with another value of A, B or C.</summary>
    private static IEnumerable<SweepPoint> OneChange(SweepSpace space, SweepPoint point)
    {
        foreach (
            var (setting, values) in new[] { (0, new object[] { 1, 2, 4, 8 }), (1, new object[] { "x", "y", "z" }), (2, new object[] { 0, 1, 2, 3, 4, 5 }) })
        {
            foreach (object value in values.Where(v => !v.Equals(point.Value(setting))))
                yield return space.Of([.. Enumerable.Range(0, 4).Select(i => i == setting ? value : point.Value(i))]);
        }
    }

    private static double Distance(SweepPoint a, SweepPoint b) =>
        Enumerable.Range(0, 4).Sum(i => a.Value(i).Equals(b.Value(i)) ? 0 : i == 1 ? 1 : Math.Abs(a.Unit(i) - b.Unit(i)));

    [Fact]
    public void Where_one_change_is_not_enough_two_are_made_or_more()
    {
        var two = new SweepSpace<Plain>().Where(s => s.A == 8 && s.B == "z");
        var near = NearestPoint.Of(two.At([0, 0, 0.5, 0.5]))!;
        Assert.Equal([0, 1], Changed(two.At([0, 0, 0.5, 0.5]), near));
        var three = new SweepSpace<Plain>().Where(s => s.A == 8 && s.B == "z" && s.C == 5);
        Assert.Equal(5, ((Plain)NearestPoint.Of(three.At([0, 0, 0, 0.5]))!.Settings).C);
        Assert.Null(NearestPoint.Of(new SweepSpace<Plain>().Where(_ => false).At([0, 0, 0, 0])));
    }
}
