using Microsoft.ML;

namespace GBlend.MLNet.Tests.Components;

/// <summary>A head whose loss hardly counts has learned little, and yet it answers rows that have its modality alone: the user hears of it.</summary>
public sealed class HardlyTaughtHeadTests
{
    [Theory]
    [InlineData(0.00001, true)]
    [InlineData(0.003, true)]
    [InlineData(0.02, false)]
    [InlineData(0.5, false)]
    public void It_is_warned_of_where_rows_may_lack_modalities(double weight, bool warns)
    {
        var ml = new MLContext(1);
        var log = new List<string>();
        ml.Log += (_, e) => log.Add(e.Message);
        ml.Trainer(o => (o.Blending, o.MissingValues) = (Blending.Fixed((float)weight, 0.5f, 0.5f), MissingValues.LeaveOutModality)).Fit(
            ml.KeyedView(Samples.Rows()));
        Assert.Equal(warns, log.Any(message => message.Contains("The head of 'A' had at most")));
        Assert.DoesNotContain(log, message => message.Contains("The head of 'B' had at most"));
    }

    [Theory]
    [InlineData(Answer.MeanOfHeads, true)]
    [InlineData(Answer.MeanOfLogits, true)]
    [InlineData(Answer.Joint, false)]
    [InlineData(Answer.Pool, false)]
    public void It_is_warned_of_where_it_counts_like_the_others(Answer answer, bool warns)
    {
        var ml = new MLContext(1);
        var log = new List<string>();
        ml.Log += (_, e) => log.Add(e.Message);
        ml.Trainer(o => (o.Blending, o.Answer, o.ValidationFraction) = (Blending.Fixed(0.001f, 0.5f, 0.5f), answer, 0.4)).Fit(
            ml.KeyedView(Samples.Rows(120)));
        Assert.Equal(warns, log.Any(message => message.Contains("in the answer it counts like the others")));
    }

    [Fact]
    public void Nobody_hears_of_it_where_rows_have_all_modalities()
    {
        var ml = new MLContext(1);
        var log = new List<string>();
        ml.Log += (_, e) => log.Add(e.Message);
        ml.Trainer(o => o.Blending = Blending.Fixed(0.001f, 0.5f, 0.5f)).Fit(ml.KeyedView(Samples.Rows()));
        Assert.DoesNotContain(log, message => message.Contains("had at most"));
    }
}
