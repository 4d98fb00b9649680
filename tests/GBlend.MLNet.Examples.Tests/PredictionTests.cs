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
    public void Auc_counts_the_pairs_of_a_rare_and_another_row_that_are_in_order()
    {
        // The rare class is 1: its rows have .9 and .4, the others .8, .4 and .1; of six pairs four are in order and one is tied.
        static float[] Of(float rare) => [1 - rare, rare];
        Assert.Equal(4.5 / 6, new Prediction([Of(.9f), Of(.4f), Of(.8f), Of(.4f), Of(.1f)], [1, 1, 0, 0, 0]).RareAuc, 12);
        // The same rows with the classes' numbers exchanged.
        Assert.Equal(4.5 / 6, new Prediction([[.9f, .1f], [.4f, .6f], [.8f, .2f], [.4f, .6f], [.1f, .9f]], [0, 0, 1, 1, 1]).RareAuc, 12);
        Assert.Equal(double.NaN, new Prediction([Of(.9f)], [1]).RareAuc);
        Assert.Equal(double.NaN, new Prediction([[.2f, .3f, .5f], [.2f, .3f, .5f]], [1, 0]).RareAuc);
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
