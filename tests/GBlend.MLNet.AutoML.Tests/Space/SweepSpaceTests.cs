using System.Text.Json.Nodes;
using Microsoft.ML.SearchSpace;

namespace GBlend.MLNet.AutoML.Tests;

public sealed class SweepSpaceTests
{
    private enum Animal
    {
        Cat,
        Dog,
    }

    private sealed class Nested
    {
        [Range(1, 4)]
        public int Legs { get; set; } = 4;
    }

    private sealed class Everything
    {
        [Range(1e-4, 1.0, logBase: true)]
        public double Rate { get; set; } = 0.5;

        [Range(2, 5)]
        public int? Count { get; set; }

        [Range(0f, 1f)]
        public float Share { get; set; }

        [Choice("a", "b")]
        public string Name { get; set; } = "c";

        [Choice(Animal.Cat, Animal.Dog)]
        public Animal? Pet { get; set; }

        [BooleanChoice]
        public bool? Flag { get; set; }

        [NestOption]
        public Nested Body { get; set; } = new();

        public long Untouched { get; set; } = 77;
    }

    private sealed class WithField
    {
        [Range(1, 2)]
        public int Wrong = 1;
    }

    private sealed class WithoutSetter
    {
        [Range(1, 2)]
        public int Wrong { get; } = 1;
    }

    private sealed class WithTwo
    {
        [Range(1, 2)]
        [Choice(1, 2)]
        public int Wrong { get; set; }
    }

    [Fact]
    public void Attributes_of_every_kind_fill_properties_of_every_kind()
    {
        var space = new SweepSpace<Everything>();
        Assert.Equal(["Rate", "Count", "Share", "Name", "Pet", "Flag", "Body.Legs"], space.Settings.Select(s => s.Path));

        var low = (Everything)space.At([0, 0, 0, 0, 0, 0, 0]).Settings;
        Assert.Equal((1e-4, 2, 0f, "a", Animal.Cat, true, 1, 77L), (low.Rate, low.Count, low.Share, low.Name, low.Pet, low.Flag, low.Body.Legs, low.Untouched));

        double last = 1 - 1e-12;
        var high = (Everything)space.At([last, last, last, last, last, last, last]).Settings;
        Assert.Equal((5, "b", Animal.Dog, false, 4), (high.Count, high.Name, high.Pet, high.Flag, high.Body.Legs));
        Assert.Equal(1, high.Rate, 6);
        Assert.Equal(1, high.Share, 6);
    }

    [Fact]
    public void Whole_numbers_have_equal_shares_and_both_ends_are_drawn()
    {
        var setting = new SweepSpace<Everything>().Settings[1];
        var counts = Enumerable.Range(0, 4000).GroupBy(i => (int)setting.At((i + 0.5) / 4000)).ToDictionary(g => g.Key, g => g.Count());
        Assert.Equal(new Dictionary<int, int> { [2] = 1000, [3] = 1000, [4] = 1000, [5] = 1000 }, counts);
    }

    [Fact]
    public void A_logarithmic_range_has_its_geometric_mean_in_the_middle() =>
        Assert.Equal(0.01, (double)new SweepSpace<Everything>().Settings[0].At(0.5), 9);

    [Fact]
    public void Values_survive_json_and_lie_where_they_came_from()
    {
        var space = new SweepSpace<Everything>();
        var random = new Random(1);
        for (int i = 0; i < 100; i++)
        {
            var point = space.At([.. space.Settings.Select(_ => random.NextDouble())]);
            var again = space.FromJson(JsonNode.Parse(point.ToFullJson().ToJsonString())!.AsObject());
            Assert.Equal(point.Key, again.Key);
            for (int s = 0; s < space.Settings.Count; s++)
                Assert.Equal(point.Value(s), space.Settings[s].At(point.Unit(s)) is double or float ? point.Value(s) : space.Settings[s].At(point.Unit(s)));
        }
    }

    [Fact]
    public void A_space_is_narrowed_and_widened_and_the_original_stays()
    {
        var space = new SweepSpace<Everything>(new Everything { Untouched = 3 });
        var changed = space.Range(s => s.Rate, 0.1, 0.2).Choice(s => s.Name, "x", "y", "z").Fix(s => s.Body.Legs, 9).Without(s => s.Flag).Choice(
            s => s.Untouched, 1, 2);

        var settings = (Everything)changed.At([.. changed.Settings.Select(_ => 0.999)]).Settings;
        Assert.Equal(["Rate", "Count", "Share", "Name", "Pet", "Untouched"], changed.Settings.Select(s => s.Path));
        Assert.Equal((0.1999, "z", 9, null, 2L), (Math.Round(settings.Rate, 4), settings.Name, settings.Body.Legs, settings.Flag, settings.Untouched));
        Assert.Equal(7, space.Settings.Count);
        Assert.Equal(3, ((Everything)space.At(new double[7]).Settings).Untouched);
    }

    [Fact]
    public void A_scaled_point_survives_json_to_the_last_bit()
    {
        var options = Templates.Create("vectors");
        var space = SweepSpaces.For(options);
        var random = new Random(2);
        int rate = space.Settings.ToList().FindIndex(s => s.Scale is not null);
        for (int i = 0; i < 200; i++)
        {
            double[] unit = [.. space.Settings.Select(_ => random.NextDouble())];
            var point = space.At(unit);
            Assert.Equal(point.Key, space.FromJson(JsonNode.Parse(point.ToFullJson().ToJsonString())!.AsObject()).Key);
            Assert.Equal(unit[rate], point.Unit(rate), 1e-9);
        }
    }

    [Fact]
    public void The_given_settings_are_those_of_the_start() => Assert.Equal("c", ((Everything)new SweepSpace<Everything>().Given().Settings).Name);

    [Fact]
    public void A_setting_without_effect_makes_no_difference()
    {
        var space = new SweepSpace<Everything>().When(s => s.Count, s => s.Flag == true);
        double[] off = [0, 0, 0, 0, 0, 0.9, 0], offAgain = [0, 0.9, 0, 0, 0, 0.9, 0], on = [0, 0, 0, 0, 0, 0, 0], onAgain = [0, 0.9, 0, 0, 0, 0, 0];
        Assert.Equal(space.At(off).Key, space.At(offAgain).Key);
        Assert.NotEqual(space.At(on).Key, space.At(onAgain).Key);
        Assert.False(space.At(off).IsActive[1]);
    }

    [Theory]
    [InlineData(typeof(WithField), "is a field")]
    [InlineData(typeof(WithoutSetter), "no public setter")]
    [InlineData(typeof(WithTwo), "One is allowed")]
    public void Classes_that_would_never_be_filled_are_refused(Type type, string message)
    {
        var thrown = Assert.Throws<System.Reflection.TargetInvocationException>(
            () => Activator.CreateInstance(typeof(SweepSpace<>).MakeGenericType(type), [null]));
        Assert.Contains(message, Assert.IsType<ArgumentException>(thrown.InnerException).Message);
    }

    [Fact]
    public void What_can_not_vary_is_refused_with_its_name()
    {
        var space = new SweepSpace<Everything>();
        Assert.Contains("Rate", Assert.Throws<ArgumentException>(() => space.Range(s => s.Rate, 2, 1)).Message);
        Assert.Contains("above 0", Assert.Throws<ArgumentException>(() => space.Range(s => s.Rate, 0, 1, logarithmic: true)).Message);
        Assert.Contains("more than once", Assert.Throws<ArgumentException>(() => space.Choice(s => s.Name, "a", "a")).Message);
        Assert.Contains("not a property", Assert.Throws<ArgumentException>(() => space.Range(s => s.Rate + 1, 1, 2)).Message);
        Assert.Contains("does not vary", Assert.Throws<ArgumentException>(() => space.Without(s => s.Rate).When(s => s.Rate, _ => true)).Message);
        Assert.Contains("start", Assert.Throws<ArgumentException>(() => new SweepSpace<Everything>(new Everything { Rate = double.NaN })).Message);
    }
}
