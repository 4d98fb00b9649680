namespace QuickStart;

/// <summary>
/// A made-up data set of the kind that Gradient Blending is for. Eight words are said by speakers; of each utterance there is the shape
/// of the lips, which is noisy but alike for all speakers, and the voice, which has many numbers and is mostly every speaker's own:
/// a network has learned the training speakers by heart in no time. Held-out and test rows come from other speakers.
/// </summary>
internal static class GeneratedData
{
    public const string Key = "Speaker";

    private const int Words = 8, ShapeWidth = 32, VoiceWidth = 200, Takes = 18;
    private const int TrainingSpeakers = 4, TestSpeakers = 6;
    private const double ShapeNoise = 1.75, CommonVoice = 0.5, OwnVoice = 1, VoiceNoise = 1.5;

    public static MultimodalData Create(int seed = 1, int heldOutSpeakers = 3)
    {
        var random = new Random(seed);
        var lips = Vectors(random, Words, ShapeWidth);
        var voice = Vectors(random, Words, VoiceWidth);
        List<Row> training = [], test = [];
        for (int speaker = 0; speaker < TrainingSpeakers + heldOutSpeakers + TestSpeakers; speaker++)
        {
            var own = Vectors(random, Words, VoiceWidth);
            bool isTest = speaker >= TrainingSpeakers + heldOutSpeakers;
            for (int take = 0; take < Takes; take++)
            {
                for (int word = 0; word < Words; word++)
                {
                    (isTest ? test : training).Add(new Row
                    {
                        Label = $"word {word + 1}",
                        Key = $"speaker {speaker + 1}",
                        IsHeldOut = speaker >= TrainingSpeakers,
                        Modality1 = Vector(random, ShapeWidth, i => lips[word][i], ShapeNoise),
                        Modality2 = Vector(random, VoiceWidth, i => (CommonVoice * voice[word][i]) + (OwnVoice * own[word][i]), VoiceNoise),
                    });
                }
            }
        }
        return new MultimodalData("generated data", [("Shape", ShapeWidth), ("Voice", VoiceWidth)], training, test);
    }

    private static double[][] Vectors(Random random, int count, int width) =>
        [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, width).Select(_ => Gaussian(random)).ToArray())];

    private static float[] Vector(Random random, int width, Func<int, double> mean, double noise) =>
        [.. Enumerable.Range(0, width).Select(i => (float)(mean(i) + (noise * Gaussian(random))))];

    private static double Gaussian(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
