<?php $t = '{{token:github-classic-pat|first:9}}' . '{{token:github-classic-pat|rest:9}}';
