using Compare;
using QuickStart;

namespace GBlend.MLNet.Examples.Tests;

public sealed class GeneratedSetsTests
{
    private static readonly RunSettings s_settings = new() { Rates = [0.02f], Epochs = 30, OptimizerName = "sgd" };

    /// <summary>The test accuracy of the default on some modalities; of one, that of its network.</summary>
    private static double Accuracy(string set, params string[] columns)
    {
        var data = DataSet.From(GeneratedSets.Create(set));
        var fitting = new Fitting(data, s_settings, CancellationToken.None);
        using var model = fitting.Fit(
            Recipe.Named([Recipe.Auto]).Single(), columns.Length == 0 ? data.Columns : columns, s_settings.Rates[0], Treatment.Last, seed: 0)!;
        return model.Test().Accuracy;
    }

    public static TheoryData<string> Names => [.. GeneratedSets.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_seed_gives_the_same_rows_and_another_one_others(string name)
    {
        static IEnumerable<float> Numbers(MultimodalData data) => data.TrainingRows.Concat(data.TestRows).SelectMany(r => r.Modality1.Concat(r.Modality2));
        Assert.True(Numbers(GeneratedSets.Create(name)).SequenceEqual(Numbers(GeneratedSets.Create(name))));
        Assert.False(Numbers(GeneratedSets.Create(name)).SequenceEqual(Numbers(GeneratedSets.Create(name, seed: 2))));
    }

    [Fact]
    public void Half_an_image_says_less_than_both()
    {
        double both = Accuracy("halves"), left = Accuracy("halves", "Left"), right = Accuracy("halves", "Right");
        Assert.True(both > Math.Max(left, right) + 0.05, $"both {both}, left {left}, right {right}");
        Assert.InRange(both, 0.6, 0.95);
    }

    [Fact]
    public void The_colour_is_a_shortcut_that_the_grey_image_does_not_have()
    {
        double grey = Accuracy("coloured", "Grey"), coloured = Accuracy("coloured", "Coloured");
        Assert.True(grey > coloured + 0.1, $"grey {grey}, coloured {coloured}");
    }

    [Theory]
    [InlineData("xor-pure", 0.5, 0.5)]
    // A shows one of the two bits that the label is made of; B, none.
    [InlineData("xor-mix", 0.5, 0.25)]
    public void The_bits_of_one_modality_say_nothing_of_whether_they_differ(string name, double chanceOfA, double chanceOfB)
    {
        Assert.InRange(Accuracy(name, "A"), chanceOfA - 0.06, chanceOfA + 0.06);
        Assert.InRange(Accuracy(name, "B"), chanceOfB - 0.06, chanceOfB + 0.06);
        Assert.True(Accuracy(name) > chanceOfA + 0.2);
    }
}
