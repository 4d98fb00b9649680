using Microsoft.ML;
using static GBlend.MLNet.GradientBlendingTrainer;

namespace GBlend.MLNet.Tests.Components;

public class OptionChecksTests
{
    public static TheoryData<string, string, Action<Options>> WrongOptions => new()
    {
        { "Modalities", "empty", o => o.Modalities.Clear() },
        { "Modalities", "'A' more than once", o => o.Modalities.Add(Modality.Vector("A")) },
        { "Modalities", "LabelColumnName", o => o.LabelColumnName = "A" },
        { "Modalities", "HoldOutColumnName", o => o.HoldOutColumnName = "B" },
        { "Modalities", "joint branch", o => o.Modalities.Add(Modality.Vector("Joint")) },
        { "LearningRate", "at most", o => o.LearningRate = float.MaxValue },
        { "WeightDecay", "at most", o => o.WeightDecay = float.MaxValue },
        { "LabelColumnName", "", o => o.LabelColumnName = " " },
        { "Blending", "", o => o.Blending = null! },
        { "NumberOfEpochs", "", o => o.NumberOfEpochs = 0 },
        { "BatchSize", "", o => o.BatchSize = 0 },
        { "LearningRate", "above 0", o => o.LearningRate = 0 },
        { "LearningRate", "finite", o => o.LearningRate = float.NaN },
        { "WeightDecay", "at least 0", o => o.WeightDecay = -1 },
        { "GradientClipping", "at least 0", o => o.GradientClipping = float.PositiveInfinity },
        { "ValidationFraction", "below 1", o => o.ValidationFraction = 1 },
        { "ValidationFraction", "at least 0", o => o.ValidationFraction = -0.1f },
        { "EarlyStoppingPatience", "", o => o.EarlyStoppingPatience = 0 },
        { "NumberOfThreads", "", o => o.NumberOfThreads = 0 },
        { "RefitJointHeadEpochs", "", o => o.RefitJointHeadEpochs = -1 },
        { "ValidationFraction", "online G-Blend needs held-out rows", o => (o.Blending, o.ValidationFraction) = (Blending.Online(), 0) },
        { "ValidationFraction", "EarlyStoppingPatience needs held-out rows", o => (o.EarlyStoppingPatience, o.ValidationFraction) = (2, 0) },
        { "ValidationFraction", "BestEpoch needs held-out rows", o => (o.FinalWeights, o.ValidationFraction) = (FinalWeights.BestEpoch, 0) },
        { "ValidationFraction", "Pool needs held-out rows", o => (o.Answer, o.ValidationFraction) = (Answer.Pool, 0) },
    };

    [Theory]
    [MemberData(nameof(WrongOptions))]
    public void Fit_wrong_option_names_the_option_and_the_remedy(string option, string part, Action<Options> change)
    {
        var ml = new MLContext(1);
        var e = Assert.ThrowsAny<ArgumentException>(() => ml.Trainer(change).Fit(ml.KeyedView(Samples.Rows())));
        Assert.Equal(option, e.ParamName);
        Assert.Contains(part, e.Message);
    }

    [Fact]
    public void Fit_super_epoch_longer_than_the_run_is_refused()
    {
        var ml = new MLContext(1);
        var e = Assert.Throws<ArgumentException>(() => ml.Trainer(o => o.Blending = Blending.Online(superEpoch: 4)).Fit(ml.KeyedView(Samples.Rows())));
        Assert.Contains("NumberOfEpochs = 3", e.Message);
    }

    [Fact]
    public void Fit_fixed_weights_of_another_count_are_refused()
    {
        var ml = new MLContext(1);
        var e = Assert.Throws<ArgumentException>(() => ml.Trainer(o => o.Blending = Blending.Fixed(1, 1)).Fit(ml.KeyedView(Samples.Rows())));
        Assert.Contains("2 weights", e.Message);
    }

    [Fact]
    public void Fit_method_for_classes_with_a_regression_is_refused()
    {
        var ml = new MLContext(1);
        var trainer = ml.Regression.Trainers.GradientBlending(Samples.Tiny(o => (o.LabelColumnName, o.Blending) = ("Amount", Blending.Midas())));
        var e = Assert.Throws<ArgumentException>(() => trainer.Fit(ml.View(Samples.Rows())));
        Assert.Contains("MIDAS is not defined for Regression", e.Message);
    }

    [Fact]
    public void Fit_method_that_exchanges_features_with_mid_fusion_is_refused()
    {
        var ml = new MLContext(1);
        var e = Assert.Throws<ArgumentException>(
            () => ml.Trainer(o => (o.Blending, o.Fusion) = (Blending.Mcr(), Fusion.MidConcat(4))).Fit(ml.KeyedView(Samples.Rows())));
        Assert.Contains("needs late fusion", e.Message);
    }

    [Fact]
    public void Fit_wrong_option_in_a_chain_is_found_before_any_row_is_read()
    {
        var ml = new MLContext(1);
        var view = ml.Data.LoadFromEnumerable(Unreadable());
        var chain = ml.Transforms.CopyColumns("Copy", "A").Append(ml.Trainer(o => o.BatchSize = 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => chain.Fit(view));

        static IEnumerable<Sample> Unreadable()
        {
            yield return Samples.Rows(1)[0];
            throw new InvalidOperationException("The rows were read.");
        }
    }
}
