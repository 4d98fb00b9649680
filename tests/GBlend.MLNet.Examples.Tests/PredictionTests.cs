using Compare;

namespace GBlend.MLNet.Examples.Tests;

public sealed class PredictionTests
{
    private static readonly Prediction s_one = new([[0.8f, 0.2f], [0.5f, 0.5f]], [0, 1]), s_other = new([[0.2f, 0.8f], [0.1f, 0.9f]], [0, 1]);

    [Fact]
    public void Accuracy_and_log_loss_are_means_over_rows()
    {
        Assert.Equal(0.5, s_one.Accuracy);
        Assert.Equal(-(Math.Log(0.8) + Math.Log(0.5)) / 2, s_one.LogLoss, 6);
        Assert.Equal(-Math.Log(1e-15), new Prediction([[0, 1]], [0]).LogLoss, 6);
    }

    [Fact]
    public void A_mean_of_probabilities_is_one()
    {
        var mean = Prediction.MeanOfProbabilities([s_one, s_other]);
        Assert.Equal([0.5f, 0.5f], mean.Probabilities[0]);
        Assert.Equal(0.7f, mean.Probabilities[1][1], 6);
    }

    [Fact]
    public void A_mean_of_logits_is_the_geometric_mean()
    {
        var mean = Prediction.MeanOfLogits([s_one, s_other]);
        // sqrt(.5 * .9) against sqrt(.5 * .1): 3 to 1.
        Assert.Equal(0.75f, mean.Probabilities[1][1], 6);
    }
}
