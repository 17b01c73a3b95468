using A = Zoo.Autograd.AutoGrad;

namespace Zoo.Keras;

/// <summary>What metrics share that give the best of one rate at thresholds where another rate is high enough.</summary>
public abstract class ConstrainedMetric : ConfusionMetric
{
    private protected ConstrainedMetric(int numThresholds, int? classId) =>
        (NumThresholds, ClassId) = (numThresholds > 0 ? numThresholds : throw new ArgumentException($"{GetType().Name}: {numThresholds} thresholds were asked for. Expected a positive number."), classId);

    /// <summary>The number of thresholds.</summary>
    public int NumThresholds { get; }

    /// <summary>The only class that counts.</summary>
    public int? ClassId { get; }

    private protected override (string, Cell)[] Counted =>
        [("true_positives", Cell.TruePositives), ("false_positives", Cell.FalsePositives), ("true_negatives", Cell.TrueNegatives), ("false_negatives", Cell.FalseNegatives)];

    private protected override double[] Levels => NumThresholds == 1 ? [0.5] : Even(NumThresholds);

    private protected override int? Class => ClassId;

    /// <summary>The part of the 1s that were found.</summary>
    private protected Variable Sensitivity => Rate(Cell.TruePositives, Cell.FalseNegatives);

    /// <summary>The part of the 0s that were found.</summary>
    private protected Variable Specificity => Rate(Cell.TrueNegatives, Cell.FalsePositives);

    /// <summary>The part of the predicted 1s that are 1s.</summary>
    private protected Variable Exactness => Rate(Cell.TruePositives, Cell.FalsePositives);

    Variable Rate(Cell right, Cell wrong) => A.DivNoNan(this[right], this[right] + this[wrong]);

    /// <summary>The largest value where the other is at least as large as asked for; 0 where it never is.</summary>
    private protected static Variable BestWhere(Variable other, double least, Variable value) => A.Maximum(A.Max(A.Where(other >= least, value, A.ZerosLike(value))), 0);

    private protected double Part(double value, string what) => value is >= 0 and <= 1 ? value : throw new ArgumentException($"{GetType().Name}: the {what} {value} is out of range. Expected 0 to 1.");
}
