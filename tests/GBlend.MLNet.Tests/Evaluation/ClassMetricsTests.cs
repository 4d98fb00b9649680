namespace GBlend.MLNet.Tests.Evaluation;

/// <summary>Cases worked out by hand, as scikit-learn defines them.</summary>
public sealed class ClassMetricsTests
{
    // The example of scikit-learn's top_k_accuracy_score: the classes from best to worst are 1 2 0, 1 2 0, 2 1 0 and 0 1 2.
    private static readonly float[][] Scores = [[0.2f, 0.5f, 0.3f], [0.1f, 0.6f, 0.3f], [0.1f, 0.2f, 0.7f], [0.7f, 0.2f, 0.1f]];
    private static readonly int[] Labels = [0, 1, 1, 2];

    [Theory]
    [InlineData(1, 0.25)] // row 1
    [InlineData(2, 0.5)] // rows 1 and 2
    [InlineData(3, 1)]
    [InlineData(9, 1)]
    public void TopKAccuracy_counts_rows_whose_class_is_among_the_best(int k, double expected) =>
        Assert.Equal(expected, ClassMetrics.TopKAccuracy(Scores, Labels, k));

    [Fact]
    public void TopKAccuracy_of_equal_scores_takes_the_higher_index_first()
    {
        float[][] ties = [[0.4f, 0.4f, 0.2f, 0.4f]];
        Assert.Equal([0, 0, 1], new[] { 1, 2, 3 }.Select(k => ClassMetrics.TopKAccuracy(ties, [0], k)));
        Assert.Equal([0, 1, 1], new[] { 1, 2, 3 }.Select(k => ClassMetrics.TopKAccuracy(ties, [1], k)));
        Assert.Equal(1, ClassMetrics.TopKAccuracy(ties, [3]));
        Assert.Equal([0, 0, 0, 1], new[] { 1, 2, 3, 4 }.Select(k => ClassMetrics.TopKAccuracy(ties, [2], k)));
    }

    [Fact]
    public void PerClass_averages_classes_and_skips_those_without_rows()
    {
        // Class 0: 1 of 3 right; class 1: 1 of 1; class 2: no row; class 3: 0 of 1.
        float[][] scores = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 1, 0, 0]];
        var given = ClassMetrics.PerClass(scores, [0, 0, 0, 1, 3]);
        Assert.Equal([1 / 3.0, 1.0, null, 0.0], given.PerClass);
        Assert.Equal((1 / 3.0 + 1 + 0) / 3, given.Mean, 15);
        Assert.Equal([2], given.Skipped);
    }

    [Fact]
    public void GainOver_is_the_difference_of_classes()
    {
        var blended = new ClassAccuracies([0.75, 0.5, null, 1]);
        var naive = new ClassAccuracies([0.5, 0.75, 0.1, 1]);
        Assert.Equal([0.25, -0.25, null, 0.0], blended.GainOver(naive));
        Assert.Throws<ArgumentException>(() => blended.GainOver(new([0.5])));
    }

    [Fact]
    public void ScoreGroups_average_clips_before_they_are_counted()
    {
        // Of video b's clips two of three are wrong, but the one that is right is sure: (0.4 + 0.4 + 0.9) / 3 > 1 / 2.
        var videos = new ScoreGroups(["b", "a", "b", "b"]);
        float[][] clips = [[0.6f, 0.4f], [0.8f, 0.2f], [0.6f, 0.4f], [0.1f, 0.9f]];
        int[] labels = [1, 0, 1, 1];
        Assert.Equal(0.5, ClassMetrics.TopKAccuracy(clips, labels));
        Assert.Equal(["b", "a"], videos.Names);
        Assert.Equal(1.7 / 3, videos.Average(clips)[0][1], 6);
        Assert.Equal([0.8f, 0.2f], videos.Average(clips)[1]);
        Assert.Equal([1, 0], videos.Labels(labels));
        Assert.Equal(1, ClassMetrics.TopKAccuracy(videos.Average(clips), videos.Labels(labels)));
        Assert.Equal([[true, false], [false, true]], videos.Labels([[true, false], [false, true], [true, false], [true, false]]));
        Assert.Contains("'b'", Assert.Throws<ArgumentException>(() => videos.Labels([1, 0, 0, 1])).Message);
        Assert.Throws<ArgumentException>(() => videos.Labels([1, 0]));
        Assert.Throws<ArgumentException>(() => videos.Average(clips[..2]));
    }

    [Fact]
    public void Accuracy_of_actions_asks_for_verb_and_noun()
    {
        // Row 0: both right. Row 1: verb right, noun second. Row 2: verb second, noun right. Row 3: both second.
        float[][] verbs = [[0.9f, 0.1f], [0.9f, 0.1f], [0.4f, 0.6f], [0.4f, 0.6f]];
        float[][] nouns = [[0.7f, 0.2f, 0.1f], [0.2f, 0.7f, 0.1f], [0.7f, 0.2f, 0.1f], [0.2f, 0.7f, 0.1f]];
        Assert.Equal(new ActionAccuracy(0.5, 0.5, 0.25), ActionMetrics.Accuracy(verbs, [0, 0, 0, 0], nouns, [0, 0, 0, 0]));

        // Pairs of the two best. Row 1: 0.63, then the right 0.18. Row 2: 0.42, then the right 0.28. Row 3: 0.42, 0.28, 0.12, then the right 0.08.
        Assert.Equal(new ActionAccuracy(1, 1, 0.75), ActionMetrics.Accuracy(verbs, [0, 0, 0, 0], nouns, [0, 0, 0, 0], k: 2));
        Assert.Equal(1, ActionMetrics.Accuracy(verbs, [0, 0, 0, 0], nouns, [0, 0, 0, 0], k: 4).Action);
        Assert.Throws<ArgumentException>(() => ActionMetrics.Accuracy(verbs, [0, 0, 0, 0], nouns[..3], [0, 0, 0]));
        Assert.Throws<ArgumentException>(() => ActionMetrics.Accuracy([[-1, 2]], [0], [[1]], [0]));
    }

    [Fact]
    public void Wrong_input_is_refused()
    {
        Assert.Throws<ArgumentException>(() => ClassMetrics.TopKAccuracy([], []));
        Assert.Throws<ArgumentException>(() => ClassMetrics.TopKAccuracy(Scores, [0]));
        Assert.Contains("row 3", Assert.Throws<ArgumentException>(() => ClassMetrics.TopKAccuracy(Scores, [0, 1, 2, 3])).Message);
        Assert.Throws<ArgumentException>(() => ClassMetrics.TopKAccuracy([[1, 2], [1]], [0, 0]));
        Assert.Contains("row 1", Assert.Throws<ArgumentException>(() => ClassMetrics.TopKAccuracy([[1, 2], [1, float.NaN]], [0, 0])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => ClassMetrics.TopKAccuracy(Scores, Labels, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => MultiLabelMetrics.HitAtK([[1]], [[false]], 0));
    }

    [Fact]
    public void RunOverfitting_is_between_the_first_and_the_last_epoch()
    {
        EpochRecord Epoch(int epoch, double train, double heldOut) => new(epoch, 0.1, [1], [train], [heldOut]);
        TrainingHistory History(params EpochRecord[] epochs) => new(["A"], epochs, [], "", null, 0);
        var given = Assert.Single(RunOverfitting.Of(History(Epoch(0, 2, 2.25), Epoch(1, 9, 9), Epoch(2, 0.5, 1.75))));
        Assert.Equal(("A", 0.5, 1.0, 2.0), (given.Branch, given.Generalization, given.Overfitting, given.OverfittingToGeneralizationRatio));
        Assert.Throws<ArgumentException>(() => RunOverfitting.Of(History(Epoch(0, 1, 1))));
    }
}
