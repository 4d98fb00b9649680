namespace GBlend.MLNet.Tests.Components;

public sealed class WrittenNumberTests
{
    public static TheoryData<double, double> Numbers => new()
    {
        { 0.05f, 0.05 },
        { 0.05, 0.05 },
        { 0.1f, 0.1 },
        { 1e-4f, 1e-4 },
        { 0.5, 0.5 },
        { 0, 0 },
        { 1.0 / 3, 1.0 / 3 },
        { 0.0123456789, 0.0123456789 },
        { double.Epsilon, double.Epsilon },
        { 1e300, 1e300 },
    };

    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_float_means_what_it_was_written_as(double given, double meant) => Assert.Equal(meant, WrittenNumber.Of(given));

    [Fact]
    public void Rates_given_as_floats_and_as_doubles_are_one()
    {
        var ml = new Microsoft.ML.MLContext(1);
        var view = ml.KeyedView(Samples.Rows());
        using var single = ml.Trainer(o => (o.LearningRate, o.WeightDecay, o.GradientClipping, o.NumberOfEpochs, o.Seed) = (0.03f, 0.001f, 0.7f, 2, 1)).Fit(
            view);
        using var twice = ml.Trainer(o => (o.LearningRate, o.WeightDecay, o.GradientClipping, o.NumberOfEpochs, o.Seed) = (0.03, 0.001, 0.7, 2, 1)).Fit(view);
        Assert.All(single.History.Epochs, epoch => Assert.Equal(0.03, epoch.LearningRate));
        Assert.Equal(single.History.Epochs.SelectMany(epoch => epoch.TrainLoss), twice.History.Epochs.SelectMany(epoch => epoch.TrainLoss));
    }
}
