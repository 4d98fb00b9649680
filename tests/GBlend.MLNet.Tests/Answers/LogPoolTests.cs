namespace GBlend.MLNet.Tests;

public sealed class LogPoolTests
{
    private static readonly double[][] s_logits =
    [
        [2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 0, 0, 0, 2, 1, 1, 1, 0],
        [0, 1, 0, 0, 2, 0, 1, 0, 0, 2, 0, 1, 0, 0, 1, 0, 1, 1],
        [1, 1, 0, 0, 0, 1, 0, 1, 2, 3, 0, 0, 0, 1, 0, 0, 0, 2],
    ];

    private static readonly long[] s_labels = [0, 1, 2, 0, 1, 2];

    [Theory]
    [InlineData(4, .562904, .398209, .557349, .421061)]
    [InlineData(0.5, 1.043430, .644863, 1.090158, .206853)]
    public void Fit_hand_computed_case_gives_its_coefficients(double ridge, double a, double b, double c, double loss)
    {
        var logs = LogProbabilities();
        var found = LogPool.Fit(logs, s_labels, 3, ridge);
        Assert.Equal(a, found[0], 1e-5);
        Assert.Equal(b, found[1], 1e-5);
        Assert.Equal(c, found[2], 1e-5);
        var p = new double[3];
        double nll = 0;
        for (int row = 0; row < 6; row++)
        {
            LogPool.Combine(logs, row * 3, found, p);
            nll -= Math.Log(p[s_labels[row]]) / 6;
        }
        Assert.Equal(loss, nll, 1e-5);
    }

    [Fact]
    public void Fit_head_that_is_always_wrong_gets_no_weight()
    {
        double[] right = new double[300], wrong = new double[300];
        long[] labels = [.. Enumerable.Range(0, 100).Select(i => (long)(i % 3))];
        for (int row = 0; row < 100; row++)
        {
            for (int c = 0; c < 3; c++)
            {
                right[row * 3 + c] = Math.Log(c == labels[row] ? 0.8 : 0.1);
                wrong[row * 3 + c] = Math.Log(c == (labels[row] + 1) % 3 ? 0.8 : 0.1);
            }
        }
        var found = LogPool.Fit([right, wrong], labels, 3);
        Assert.True(found[0] > 0.5);
        Assert.Equal(0, found[1], 1e-6);
    }

    private static double[][] LogProbabilities() => [.. s_logits.Select(head =>
    {
        var logs = (double[])head.Clone();
        for (int row = 0; row < 6; row++)
        {
            LogPool.Softmax(logs.AsSpan(row * 3, 3));
            for (int c = 0; c < 3; c++)
                logs[row * 3 + c] = Math.Log(logs[row * 3 + c]);
        }
        return logs;
    })];
}
